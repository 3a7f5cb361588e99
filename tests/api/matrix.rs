//! Every operation against every kind of caller.
