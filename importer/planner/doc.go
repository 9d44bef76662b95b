// Package planner decides what is to be done about each record, as a plan. It is pure: records
// and plans in, plans out.
//
//	Diff    compares the wanted records with the live ones
//	ToProbe gives the records that git hosts can be asked about
//	Losses  adds what the plan takes away of nested repositories
//	Guard   refuses a plan that would change too much of what is live
//	Shard   cuts a plan into the parts of several processes
//	Waves   orders a plan by the waves of the manifest
//	Invert  makes the plan that undoes a run
package planner
