// Package gij is the client of Git Integration for Jira, self-managed: version 1.0 of the
// app's REST API, and the three calls of Jira's own that a run needs.
//
// Start with [New]. Ask [Client.Myself] first: it is the cheap check of the target and the
// credentials. [Client.List] gives what is there, [Client.Do] carries out one action and
// says what became of it as an outcome, never as an error; every other call fails with an
// [*Error].
//
// In the order of a call the nouns are:
//
//	request      made from an action by pure functions; its effect says whether it may
//	             be repeated
//	transport    Retry(Pace(Grace(base))), one file each: which answers are tried
//	             again, when the next request may leave, how long one may last;
//	             package pace has the arithmetic of the second
//	target       where the last of them sends it, and with which credentials
//	answer       what came back, read whole; or that it was lost, and how
//	judge        the one place that says what an answer means for the record and the run
//	reply        the app's JSON, decoded leniently
//
// What holds whatever the network does: a create that may have happened is sent by nobody a
// second time, neither by this package nor by net/http; an update or a delete, which comes
// to the same however often it is done, is repeated by this package alone, so that every
// request is paced and counted; after one answer that concerns the whole run, such as
// refused credentials, nothing leaves any more; credentials go to the base URL's host and
// nowhere else, since no redirect is followed; and no error, log callback or outcome holds
// anything of a request but its method and path.
package gij
