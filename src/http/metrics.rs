//! Counts and times of requests, by route pattern, and how much mail waits. Paths as sent never
//! become labels.

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};

/// The service's metrics. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    mails: IntGaugeVec,
}

impl Metrics {
    /// Fails only when two metrics have one name.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("doorward_http_requests_total", "Answered requests."),
            &["method", "route", "status"],
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new("doorward_http_request_seconds", "Time until the answer's head.")
                .buckets(vec![0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]),
            &["route"],
        )?;
        let mails = IntGaugeVec::new(
            Opts::new("doorward_mails", "Mails in the outbox that wait or were given up."),
            &["status"],
        )?;
        registry.register(Box::new(mails.clone()))?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        Ok(Self { registry, requests, durations, mails })
    }

    /// Counts one answer. `seconds` is its duration.
    pub fn count(&self, method: &str, route: &str, status: u16, seconds: f64) {
        // Unknown methods would let a stranger fill the memory with labels.
        let method = match method {
            "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => method,
            _ => "other",
        };
        let mut digits = [b'0'; 3];
        let mut rest = status;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        let status = std::str::from_utf8(&digits).unwrap_or("000");
        self.requests.with_label_values(&[method, route, status]).inc();
        self.durations.with_label_values(&[route]).observe(seconds);
    }

    /// Notes how many mails wait, and how many were given up.
    pub fn mails(&self, waiting: i64, dead: i64) {
        self.mails.with_label_values(&["waiting"]).set(waiting);
        self.mails.with_label_values(&["dead"]).set(dead);
    }

    /// Prometheus' text format.
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        // Writing to memory can't fail.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        String::from_utf8(text).unwrap_or_default()
    }
}
