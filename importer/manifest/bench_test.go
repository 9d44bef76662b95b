package manifest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/gocarina/gocsv"

	"gijbulk/schema"
)

// bare is what a program with gocsv alone would read the table into.
type bare struct {
	Type                   string `csv:"type"`
	Origin                 string `csv:"origin"`
	DisplayName            string `csv:"displayName"`
	Disabled               string `csv:"disabled"`
	SendCommitEmails       string `csv:"sendCommitEmails"`
	MaxMinsToCommitEmail   string `csv:"maxMinsToCommitEmail"`
	Username               string `csv:"username"`
	Password               string `csv:"password"`
	Pat                    string `csv:"pat"`
	DisableSslVerification string `csv:"disableSslVerification"`
	APIPath                string `csv:"apiPath"`
	APIFilter              string `csv:"apiFilter"`
	ProjectMappingIDs      string `csv:"projectMappingIds"`
}

func largeTable(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("type,origin,displayName,pat,disabled,maxMinsToCommitEmail,apiPath,projectMappingIds,tagsFilter\n")
	for i := range rows {
		fmt.Fprintf(&b, "GITLAB_SERVER,https://git%d.example.org,Team %d,env:TOKEN_%d,false,%d,/groups/team-%d/projects,%d;%d,\n",
			i%97, i, i%50, i%1440, i, 10000+i, 20000+i)
	}
	return b.Bytes()
}

func readBare(b *testing.B, data []byte) time.Duration {
	start := time.Now()
	um, err := gocsv.NewUnmarshaller(csv.NewReader(bytes.NewReader(data)), bare{})
	if err != nil {
		b.Fatal(err)
	}
	for {
		if _, err := um.Read(); err == io.EOF {
			return time.Since(start)
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

func readOurs(b *testing.B, data []byte) time.Duration {
	start := time.Now()
	for e, err := range Read(bytes.NewReader(data), "large.csv", CSV, schema.UTF8) {
		if err != nil || len(e.Findings) > 0 {
			b.Fatal(err, e.Findings)
		}
	}
	return time.Since(start)
}

// BenchmarkReadCSV compares Read with gocsv alone over the same bytes: the ratio is
// what places, checks of header and encoding, and entries cost on top.
func BenchmarkReadCSV(b *testing.B) {
	data := largeTable(20_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var ours, theirs time.Duration
	for b.Loop() {
		theirs += readBare(b, data)
		ours += readOurs(b, data)
	}
	b.ReportMetric(float64(ours)/float64(theirs), "times-gocsv")
}
