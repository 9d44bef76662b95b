// Package commandline takes command lines apart, for those who run them without a shell
// and for those who only read them.
package commandline

import (
	"errors"
	"strings"
)

// Words splits a command line into at least one word as a POSIX shell would, and
// does nothing else of what a shell does: no variables, patterns or operators. Single
// quotes take everything literally, double quotes everything but \" \\ \$ and \`, and
// outside of quotes a backslash takes the next character literally.
func Words(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord := false // an empty pair of quotes is a word as well
	quote := byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == '\'' && c != '\'', quote == '"' && c != '"' && c != '\\':
			word.WriteByte(c)
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\':
			i++
			if i == len(line) {
				return nil, errors.New("it ends in a backslash")
			}
			if quote == '"' && !strings.ContainsRune("\"\\$`", rune(line[i])) {
				word.WriteByte('\\')
			}
			word.WriteByte(line[i])
			inWord = true
		case c == '\'' || c == '"':
			quote = c
			inWord = true
		case strings.ContainsRune(" \t\r\n", rune(c)):
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	switch {
	case quote != 0:
		return nil, errors.New("a quote is not closed")
	case inWord:
		words = append(words, word.String())
	}
	if len(words) == 0 || words[0] == "" {
		return nil, errors.New("it names no command")
	}
	return words, nil
}
