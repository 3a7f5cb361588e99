/**
 * What tests of an app need: sessions that are made up, an issuer that stands in for the service,
 * and the service itself.
 *
 * @module
 */
export { createTestIssuer, type Ended, type TestIssuer, type TestIssuerOptions } from './issuer.js'
export { type RunningService, type ServiceOptions, startDoorward } from './service.js'
export { fakeSession, type SessionOverrides } from './session.js'
