package main

import "gijbulk/schema"

// flags are those of the options that other packages' messages are about.
func flags() map[schema.Option]string {
	return map[schema.Option]string{
		schema.OptionAllowCommands: "--allow-commands",
		schema.OptionBaseURL:       "--base-url",
		schema.OptionFormat:        "--format",
		schema.OptionFull:          "--full",
		schema.OptionInclude:       "--include",
		schema.OptionJSON:          "--output json",
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
