package schema

import "strings"

// Nearest returns the candidate that a misspelt word most likely meant, or "" where
// none is near enough to be a help. Case, "_", "-" and blanks count for nothing.
func Nearest(word string, candidates []string) string {
	folded := foldTitle(word)
	if folded == "" {
		return ""
	}
	best, bestDistance := "", len(folded)/3+2
	for _, c := range candidates {
		fc := foldTitle(c)
		if d := editDistance(folded, fc); d < bestDistance && d < len(fc) {
			best, bestDistance = c, d
		}
	}
	if best == "" && len(folded) >= 4 {
		for _, c := range candidates {
			if fc := foldTitle(c); isShortened(folded, fc) || strings.HasPrefix(folded, fc) {
				return c
			}
		}
	}
	return best
}

// Misspelt returns the candidate that a word differs from by a slip of the hand alone: one
// letter, two of a long word, or "_", "-" and blanks; "" where there is none. It is far
// stricter than Nearest, for words that may as well be right.
func Misspelt(word string, candidates []string) string {
	folded := foldTitle(word)
	bound := 1
	if len(folded) >= 8 {
		bound = 2
	}
	for _, c := range candidates {
		if fc := foldTitle(c); len(fc) > bound && editDistance(folded, fc) <= bound {
			return c
		}
	}
	return ""
}

// isShortened reports whether a word is another with letters left out, as sendEmails
// is of sendCommitEmails.
func isShortened(word, whole string) bool {
	if word == "" || whole == "" || word[0] != whole[0] {
		return false
	}
	for i := range len(whole) {
		if word != "" && whole[i] == word[0] {
			word = word[1:]
		}
	}
	return word == ""
}

// editDistance counts insertions, deletions, substitutions and swaps of
// neighbours (optimal string alignment).
func editDistance(a, b string) int {
	const longest = 64 // names are short; a pasted paragraph is no misspelling
	if len(a) > longest || len(b) > longest {
		return longest
	}
	var rows [3][longest + 1]int
	older, old, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(b)]
}
