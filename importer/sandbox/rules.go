package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// typeNames are the integration types of the vendor's documentation.
var typeNames = []string{
	"GITHUB", "GITHUB_SERVER", "GITLAB", "GITLAB_SERVER", "GITLAB_SERVER_LEGACY", "FILESPACE",
	"AZURE_DEVOPS", "VSTS", "AZURE", "TFS_SERVER", "AWS", "GERRIT",
}

// awsRegions are those of the vendor's documentation, with its ap-outh-1 read as ap-south-1.
var awsRegions = []string{
	"us-east-1", "us-east-2", "us-west-1", "us-west-2", "af-south-1", "ap-east-1", "ap-south-1", "ap-south-2",
	"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
	"ca-central-1", "eu-central-1", "eu-central-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1",
	"eu-south-2", "me-central-1", "me-south-1", "sa-east-1",
}

// defaultOrigin is the origin of a type that may leave it out, empty for the others. The vendor does not document what
// VSTS and AWS stand for: these two are the sandbox's own.
func defaultOrigin(typeName, awsRegion string) string {
	switch typeName {
	case "GITHUB":
		return "https://api.github.com"
	case "GITLAB":
		return "https://gitlab.com"
	case "AZURE":
		return "https://dev.azure.com"
	case "VSTS":
		return "https://app.vssps.visualstudio.com"
	case "AWS":
		return "https://git-codecommit." + awsRegion + ".amazonaws.com"
	}
	return ""
}

func (s *Server) check(in *Integration) error {
	switch {
	case in.Type == "":
		return &refusal{"Field 'type' is required", typeAdvice()}
	case !slices.Contains(typeNames, in.Type):
		return &refusal{fmt.Sprintf("Unknown integration type: %s", in.Type), typeAdvice()}
	case blank(in.Origin):
		return &refusal{fmt.Sprintf("Field 'origin' is required for type %s", in.Type), "Please enter the URL or the path of the git host."}
	case in.Type == "FILESPACE" && (in.FolderDepth < 1 || in.FolderDepth > 5):
		return depthRequired()
	case in.Type != "FILESPACE" && in.FolderDepth != 0:
		return &refusal{fmt.Sprintf("Field 'folderDepth' is not supported for type %s", in.Type), "Please leave it out."}
	case in.Type == "AWS" && !slices.Contains(awsRegions, in.AWSRegion):
		return &refusal{"Field 'awsRegion' is required for type AWS", "Please use one of: " + strings.Join(awsRegions, ", ") + "."}
	case in.Type != "AWS" && in.AWSRegion != "":
		return &refusal{fmt.Sprintf("Field 'awsRegion' is not supported for type %s", in.Type), "Please leave it out."}
	}
	return s.checkProjects(&in.Connection)
}

func depthRequired() error {
	return &refusal{"Field 'folderDepth' is required for type FILESPACE", "Please enter a value from 1 to 5."}
}

func (s *Server) checkProjects(c *Connection) error {
	for _, id := range c.ProjectMappingIDs {
		if _, ok := s.project(id); !ok {
			return &refusal{fmt.Sprintf("Project with id=%d does not exist", id), "Please use ids of existing Jira projects."}
		}
	}
	return nil
}

func (s *Server) checkRepository(re *Repository) error {
	switch {
	case blank(re.Origin):
		return &refusal{"Field 'origin' is required", "Please enter the URL or the path of the repository."}
	case re.AbsoluteRoot && blank(re.RealRoot):
		return &refusal{"Field 'realRoot' is required where absoluteRoot is true", "Please enter the path of the repository."}
	}
	return s.checkProjects(&re.Connection)
}

func typeAdvice() string { return "Please use one of: " + strings.Join(typeNames, ", ") + "." }
