package journal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"

	"gijbulk/schema"
)

// nonceSize is the length of the random start of a keyed hash. With it, equal values
// never look alike.
const nonceSize = 16

// hashSecrets and Identities.Compare are the only ones here that read a secret's value.
func (j *Journal) hashSecrets(a *schema.Action) map[string][]byte {
	hashes := make(map[string][]byte)
	add := func(f schema.Field, v schema.Value) {
		if s, is := v.Secret(); is && s.Known() {
			nonce := make([]byte, nonceSize)
			_, _ = rand.Read(nonce) // never fails
			hashes[f.String()] = keyedHash(j.key, nonce, f, s.Reveal())
		}
	}
	switch a.Op {
	case schema.OpCreate:
		for f, v := range a.Want.All() {
			add(f, v)
		}
	case schema.OpUpdate:
		for _, c := range a.Changes {
			add(c.Field, c.To)
		}
	}
	return hashes
}

func keyedHash(key, nonce []byte, f schema.Field, value string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(nonce)
	mac.Write(append([]byte(f.String()), 0))
	mac.Write([]byte(value))
	return mac.Sum(nonce[:nonceSize:nonceSize])
}

func hashMatches(key, hash []byte, f schema.Field, value string) bool {
	return len(hash) > nonceSize && hmac.Equal(hash, keyedHash(key, hash[:nonceSize], f, value))
}
