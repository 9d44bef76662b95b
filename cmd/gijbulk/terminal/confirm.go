package terminal

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Confirm asks a question and reports whether the answer is yes. Anything but y or yes,
// in any case, is no, and so is the end of in.
func Confirm(in io.Reader, out io.Writer, question string) (bool, error) {
	if _, err := fmt.Fprintf(out, "%s [y/N] ", question); err != nil {
		return false, err
	}
	answer, _ := bufio.NewReader(in).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}
