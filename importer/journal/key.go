package journal

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
)

// A state either holds the key of its hashes, made at random, or only the fingerprint of one that
// its users keep.
const (
	ownKey         = "hash key"
	keyFingerprint = "hash key fingerprint"
)

// MinKey is the length from which on a user's key cannot be guessed from its fingerprint.
const MinKey = 16

// newKey is the row of a new state's key, given that of its users; "": they keep none.
func newKey(users string) (name string, value []byte) {
	if users != "" {
		return keyFingerprint, fingerprint(usersKey(users))
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return ownKey, key
}

func usersKey(users string) []byte {
	key := sha256.Sum256([]byte(users))
	return key[:]
}

func fingerprint(key []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(keyFingerprint))
	return mac.Sum(nil)
}

// readKey finds the key of the hashes. A key of the users' that is not the one with which the state
// was made would make every secret look changed.
func readKey(ctx context.Context, db queryer, users string) ([]byte, error) {
	stored := make(map[string][]byte)
	err := eachRow(ctx, db, func(rows *sql.Rows) error {
		var name string
		var value []byte
		err := rows.Scan(&name, &value)
		stored[name] = value
		return err
	}, `SELECT name, value FROM meta WHERE name IN ($1, $2)`, ownKey, keyFingerprint)
	own, print := stored[ownKey], stored[keyFingerprint]
	switch {
	case err != nil:
		return nil, err
	case own == nil && print == nil:
		return nil, damaged("it has no key")
	case print == nil && users == "":
		return own, nil
	case print == nil:
		return nil, &Error{Kind: KindOwnKey}
	case users == "":
		return nil, &Error{Kind: KindKeyMissing}
	}
	key := usersKey(users)
	if !hmac.Equal(print, fingerprint(key)) {
		return nil, &Error{Kind: KindKeyWrong}
	}
	return key, nil
}

func checkUsersKey(users string) error {
	if users != "" && len(users) < MinKey {
		return &Error{Kind: KindKeyShort, Err: errors.New("it has fewer than 16 characters")}
	}
	return nil
}
