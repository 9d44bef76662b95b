package gij

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"gijbulk/schema"
)

// BenchmarkReadList reports what a live record takes while it is kept, beside what it takes in the answer.
func BenchmarkReadList(b *testing.B) {
	const records = 50_000
	for kind, element := range map[schema.Kind]func(i int) string{
		schema.KindIntegration: func(i int) string {
			return fmt.Sprintf(`{"id":%d,"integrationType":"GITLAB_SERVER","displayName":"Repositories of team %d","origin":"https://gitlab%d.example.org","apiPath":"/api/v4/groups/team-%d/projects",`+
				`"initDate":%d,"global":false,"projectMappingIds":[10000,1000%d],"sendCommitEmails":false,"smartCommitsEnabled":true,"tagsFilter":"^v.*$","mainBranch":"main","disableSslVerification":false,"disabled":false}`,
				i+1, i, i%50, i, 1700000000000+i, i%2)
		},
		schema.KindRepository: func(i int) string {
			return fmt.Sprintf(`{"id":%d,"displayName":"team/repository-%d","origin":"https://git.example.org/team/repository-%d.git","realRoot":"/data/git-plugin/%d_repository",`+
				`"initDate":%d,"global":false,"projectMappingIds":[10000],"sendCommitEmails":false,"tagsFilter":"","mainBranch":"main","disabled":false}`, i+1, i, i, i, 1700000000000+i)
		},
	} {
		b.Run(string(kind), func(b *testing.B) {
			var kept uint64
			answer := answerOf(kind, records, element)
			b.SetBytes(int64(len(answer)))
			for b.Loop() {
				before := heap()
				_, list, err := readList(strings.NewReader(answer), kind)
				if err != nil || list.err != nil || len(list.records) != records {
					b.Fatalf("%d records, %v, %v", len(list.records), err, list.err)
				}
				kept += heap() - before
				runtime.KeepAlive(list)
			}
			b.ReportMetric(float64(kept)/float64(b.N)/records, "kept-B/record")
			b.ReportMetric(float64(len(answer))/records, "answer-B/record")
		})
	}
}

// answerOf is an answer that lists so many of a kind.
func answerOf(kind schema.Kind, records int, element func(i int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"success":true,"%s":[`, kind.Plural())
	for i := range records {
		if i > 0 {
			b.WriteByte(',')
		}
		_, _ = io.WriteString(&b, element(i))
	}
	b.WriteString("]}")
	return b.String()
}

// heap is how much of it is in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
