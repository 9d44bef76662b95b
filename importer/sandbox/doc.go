// Package sandbox is a stand-in for a Jira Data Center with the app Git Integration for Jira, self-managed, as a plain
// [http.Handler]: people run it to try a manifest without risk, tests use it as their server.
//
// Start at [New]: its zero [Options] give an empty server in memory that accepts any credentials. Serve the [*Server] on
// a socket, or hand [Server.RoundTripper] to an http.Client to reach it without one, also inside a testing/synctest
// bubble: the package starts no goroutines and judges everything that takes time by the clock when it is asked.
//
// The nouns, in the order in which a request meets them: the requestLog counts it; a [Fault] of the script may spoil it; late
// work that is due is done, and an event may hit the store: a restore, or another administrator; the gate checks the
// request's credentials, the bucket its pace; a call answers it, from the store of [Integration] and [Repository] values, or
// from what the lists show of them; and what is left of the answer after the fault is delivered.
//
// The answers follow the vendor's public documentation of version 1.0 of the app's REST API with its quirks (success as
// a string here and a boolean there, refusals as HTTP 200, fields that come and go). Where the documentation is silent
// the sandbox decides, and the place says so. The wire types are its own on purpose: a wrong JSON name that client and
// stand-in shared would agree with itself in every test.
package sandbox
