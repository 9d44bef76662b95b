package main

import (
	"fmt"
	"path/filepath"

	"gijbulk/cmd/gijbulk/config"
	"gijbulk/importer/gij"
	"gijbulk/importer/journal"
	"gijbulk/reports"
	"gijbulk/schema"
)

func flags() map[schema.Option]string {
	return map[schema.Option]string{
		schema.OptionAllowCommands: "--allow-commands",
		schema.OptionBaseURL:       "--base-url",
		schema.OptionDroppedTypes:  "--allow-dropped-types",
		schema.OptionEncoding:      "--encoding",
		schema.OptionFormat:        "--format",
		schema.OptionFull:          "--full",
		schema.OptionInclude:       "--include",
		schema.OptionJSON:          "--output json",
		schema.OptionProbe:         "--probe",
		schema.OptionMap:           "--map",
		schema.OptionRepositories:  "--as repositories",
		schema.OptionTool:          "--from",
	}
}

// withFlag adds the flag of the option that a text is about.
func withFlag(text string, o schema.Option) string {
	if flag := flags()[o]; flag != "" {
		text += " (" + flag + ")"
	}
	return text
}

// withNeed adds the flags and environment variables that a need of the client is about.
func withNeed(n gij.Need) string {
	return withSettings(n, "--jira or JIRA_URL", "JIRA_TOKEN, or JIRA_USER and JIRA_PASSWORD")
}

func withTarget(n gij.Need, t config.Target) string {
	return withSettings(n, "url: "+t.URL.Place.String(), "credentials of target "+t.Name+": "+t.Place.String())
}

func withSettings(n gij.Need, url, login string) string {
	if n == gij.NeedLongerTimeout {
		return "try again or raise --timeout"
	}
	const proxy = "HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	given := map[gij.Need]string{
		gij.NeedCredentials: login,
		gij.NeedBareURL:     login,
		gij.NeedBaseURL:     url,
		gij.NeedHost:        url + "; " + proxy,
		gij.NeedProxy:       proxy,
		gij.NeedCA:          "--ca-file",
		gij.NeedClientCert:  "--client-cert",
		gij.NeedLongerWait:  "--max-wait",
	}
	if names := given[n]; names != "" {
		return string(n) + " (" + names + ")"
	}
	return string(n)
}

func hintOfReport(u *reports.Unwritten) string {
	if u.Chosen != "" {
		return fmt.Sprintf("choose another file (--report %s=PATH)", u.Chosen)
	}
	return "choose another folder (--report-dir)"
}

// completing is the command that completes a saved report, after a colon.
func completing(lacking *reports.SavedReport) string {
	switch {
	case lacking == nil:
		return ""
	case lacking.Report.Run.Running:
		return ": gijbulk resume " + lacking.Report.Run.ID
	}
	return fmt.Sprintf(": gijbulk report %s --report-dir %s", lacking.Report.Run.ID, quoteWord(filepath.Dir(lacking.Path)))
}

func hintOfState(err *journal.Error) string {
	if err.Kind == journal.KindUnwritable && journal.IsDatabase(err.Path) {
		return "connect to a server that takes writes: this one is a standby, or its default_transaction_read_only is on"
	}
	const another = "name another one with --state"
	const resume = "; what it holds is kept, and gijbulk resume continues"
	return map[journal.ErrorKind]string{
		journal.KindDirectory:  "name a file in it with --state",
		journal.KindIrregular:  another,
		journal.KindForeign:    another + ", or move this one away",
		journal.KindOlder:      "finish its runs with the gijbulk that wrote it, then move it away, or " + another,
		journal.KindNewer:      "use the newer gijbulk that wrote it, or " + another,
		journal.KindDamaged:    "keep a copy, restore the file from a backup, or " + another,
		journal.KindFull:       "free some space" + resume,
		journal.KindIO:         "check the disk" + resume,
		journal.KindUnwritable: "give your account write access to the file and its folder, or " + another,
		journal.KindBusy:       "try again later",
		journal.KindRunEnded:   "gijbulk report shows its results",
		journal.KindOwnKey:     "unset GIJBULK_STATE_KEY, or " + another,
		journal.KindKeyMissing: "set GIJBULK_STATE_KEY as it was when the state was made",
		journal.KindKeyWrong:   "set GIJBULK_STATE_KEY as it was when the state was made, or " + another,
		journal.KindKeyShort:   "set GIJBULK_STATE_KEY to 16 or more random characters, such as those of openssl rand -hex 32",
		journal.KindURL:        "--state postgres://USER@HOST/DATABASE?sslmode=verify-full; PGPASSFILE, PGSERVICE and the like work as for psql",
		journal.KindPassword:   "remove it, and use a password file (PGPASSFILE, ~/.pgpass) or PGPASSWORD",
		journal.KindNoDatabase: "create it: createdb --owner USER DATABASE",
		journal.KindLogin:      "check the user and the password (PGPASSFILE, PGPASSWORD)",
		journal.KindDenied:     "make the user the owner of the database, or grant it what is missing",
		journal.KindConnection: "check the server and the network" + resume,
		journal.KindUntrusted:  "name the host as the certificate does, and the file of its authority: sslrootcert=FILE or PGSSLROOTCERT",
		journal.KindPooled:     "connect to the server itself, or set the proxy to session pooling",
		journal.KindLockLost:   "gijbulk runs shows which run has the target now; gijbulk resume continues this one",
		journal.KindUsed:       "name a new file, or an empty database",
		journal.KindVanished:   "what it held is lost: keep the file in place while a run lasts",
	}[err.Kind]
}

// hintOfName is what to use in place of a command that other tools have and gijbulk has not; "" for
// other words.
func hintOfName(word string) string {
	switch word {
	case "diff":
		return "gijbulk audit FILE… shows how the server differs from manifests; gijbulk report diff compares two runs"
	case "status":
		return "gijbulk runs shows the state of each run; gijbulk check whether the server can be reached"
	case "show":
		return "gijbulk list shows what is on the server; gijbulk report RUN what a run did"
	case "ls":
		return "did you mean gijbulk list?"
	case "delete", "remove", "destroy":
		return "gijbulk sync FILE… --prune deletes what is on the server and not in the manifests; gijbulk undo RUN deletes what a run created"
	}
	return ""
}
