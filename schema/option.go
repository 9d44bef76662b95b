package schema

// Option is a choice of the user's that advice is about. Messages describe it in words; the
// command adds the flag that it has on its command line.
type Option string

// The options.
const (
	OptionAllowCommands Option = "allow commands"
	OptionDroppedTypes  Option = "dropped types" // create records of types that the vendor no longer supports
	OptionBaseURL       Option = "base URL"
	OptionEncoding      Option = "encoding"
	OptionFormat        Option = "format"
	OptionFull          Option = "full"         // show all actions or differences
	OptionInclude       Option = "include"      // convert repositories in further states
	OptionJSON          Option = "JSON"         // output for programs
	OptionProbe         Option = "probe"        // ask the git hosts before a plan is decided
	OptionMap           Option = "map"          // take a field from a column of a listing
	OptionRepositories  Option = "repositories" // convert as repositories
	OptionTool          Option = "tool"         // that wrote a listing
)
