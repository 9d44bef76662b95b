package giturl

import "testing"

func TestRegions(t *testing.T) {
	for origin, want := range map[string]string{
		"https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a":         "eu-west-1",
		"https://git-codecommit-fips.us-gov-west-1.amazonaws.com/v1/repos/": "us-gov-west-1",
		"https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/a":     "cn-north-1",
		"https://codecommit.ap-southeast-2.amazonaws.com/-":                 "ap-southeast-2",
		"https://vpce-0a1b.git-codecommit.eu-west-1.vpce.amazonaws.com/-":   "eu-west-1",
		"https://us-east-1.console.aws.amazon.com/codesuite/codecommit/":    "us-east-1",
		"ssh://git-codecommit.us-east-2.amazonaws.com/v1/repos/a":           "us-east-2",
		"codecommit::eu-central-1://profile@a":                              "eu-central-1",
		"https://git-codecommit.example.org/v1/repos/a":                     "",
		"https://git-codecommit.eu-west-1.amazonaws.com.evil.example/a":     "",
		"https://github.com/acme/web":                                       "",
		"https://git-codecommit.eu-west-1.amazonaws.com":                    "eu-west-1",
		"": "",
	} {
		if got := RegionOf(origin); got != want {
			t.Errorf("%s: region %q, want %q", origin, got, want)
		}
	}
}
