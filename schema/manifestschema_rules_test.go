package schema

// integrationRules are those that a record's own fields decide. Only a field that is
// there speaks: what the defaults of a manifest add is not seen.
func integrationRules() []*document {
	var rules []*document
	when := func(chosen func(Type, *typeSpec) bool, then *document) {
		if list := typesThat(chosen); len(list) > 0 {
			rules = append(rules, &document{If: typeIs(list), Then: then})
		}
	}
	for _, t := range Types() {
		only := func(u Type, _ *typeSpec) bool { return u == t }
		if why := t.spec().dropped; why != "" {
			when(only, properties(property{"type", &document{Deprecated: true, Extras: map[string]any{"deprecationMessage": string(t) + " is no longer supported: " + why}}}))
		}
		if origin := t.DefaultOrigin(); origin != "" {
			when(only, properties(property{"origin", &document{Default: origin}}))
		}
	}
	when(func(t Type, _ *typeSpec) bool { return t != TypeFilespace }, properties(property{"origin",
		textLike(`^(\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+([/?#].*)?)?$`, "write the host's URL, such as https://git.example.org, without credentials")}))
	when(func(t Type, _ *typeSpec) bool { return t == TypeFilespace }, properties(property{"origin",
		textLike(`^(/.*|[A-Za-z]:[\\/].*|\\\\[^\\]*\\.*)?$`, `write an absolute path such as /srv/git/*, D:\repos\* or \\host\share\*`)}))

	when(func(_ Type, s *typeSpec) bool { return s.logins == 0 }, refuse(CodeLoginRefused, FieldUsername, FieldPassword, FieldPat))
	when(func(_ Type, s *typeSpec) bool { return s.logins != 0 && s.logins&(loginPat|loginAllPat) == 0 }, refuse(CodeLoginRefused, FieldPat))
	when(func(_ Type, s *typeSpec) bool { return s.logins != 0 && s.logins&loginPassword == 0 }, refuse(CodeLoginRefused, FieldPassword))
	when(func(_ Type, s *typeSpec) bool { return s.logins&loginPat != 0 },
		&document{If: given(FieldPat), Then: refuse(CodePatAndPassword, FieldUsername)})

	when(func(t Type, _ *typeSpec) bool { return t != TypeAWS }, refuse(CodeFieldRefused, FieldAwsRegion))
	when(func(t Type, _ *typeSpec) bool { return t != TypeFilespace }, refuse(CodeFieldRefused, FieldFolderDepth))
	when(func(_ Type, s *typeSpec) bool { return !s.microsoft }, refuse(CodeFieldRefused, FieldTfsCollection))
	return append(rules, rulesOfBothKinds()...)
}

func repositoryRules() []*document {
	login := &document{Not: &document{Pattern: `^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]*@`}, Extras: errorMessage(CodeOriginLogin.Explanation().Title)}
	return append(rulesOfBothKinds(), properties(property{"origin", login}),
		&document{If: given(FieldPat), Then: refuse(CodePatAndPassword, FieldUsername)})
}

// nestedRules are those of rules for nested repositories.
func nestedRules() []*document {
	glob := textLike(`^[^?\[\]{}\\]*$`, CodeBadMatch.Explanation().Advice)
	glob.Not = &document{Pattern: `^/|/$|//|\*\*\*|\.git$`}
	return []*document{given(FieldMatch), properties(property{"match", glob}), globalRule()}
}

func rulesOfBothKinds() []*document {
	return []*document{{If: given(FieldPat), Then: refuse(CodePatAndPassword, FieldPassword)}, globalRule()}
}

func globalRule() *document {
	everywhere := properties(property{"global", &document{Const: true}})
	everywhere.Required = []string{"global"}
	none := func() *document {
		return &document{MaxItems: size(0), Extras: errorMessage(CodeGlobalProjects.Explanation().Title)}
	}
	return &document{If: everywhere, Then: properties(property{"projects", none()}, property{"projectMappingIds", none()})}
}

// need is what a record lacks, unless the defaults have one of the fields.
type need struct {
	name   string
	kind   Kind
	fields []Field
	rule   *document
}

func needs() []need {
	return []need{
		{"integration-type", KindIntegration, []Field{FieldType}, &document{Required: []string{"type"}}},
		{"integration-origin", KindIntegration, []Field{FieldOrigin}, &document{
			If: typeIs(typesThat(func(_ Type, s *typeSpec) bool { return s.origin == originRequired })), Then: given(FieldOrigin)}},
		{"integration-credentials", KindIntegration, []Field{FieldUsername, FieldPassword, FieldPat}, integrationCredentials()},
		{"integration-region", KindIntegration, []Field{FieldAwsRegion}, &document{If: typeIs([]Type{TypeAWS}), Then: given(FieldAwsRegion)}},
		{"integration-depth", KindIntegration, []Field{FieldFolderDepth}, &document{If: typeIs([]Type{TypeFilespace}), Then: given(FieldFolderDepth)}},
		{"repository-origin", KindRepository, []Field{FieldOrigin}, given(FieldOrigin)},
		{"repository-credentials", KindRepository, []Field{FieldUsername, FieldPassword, FieldPat}, repositoryCredentials()},
	}
}

func integrationCredentials() *document {
	all := &document{}
	seen := map[logins]bool{0: true}
	for _, t := range Types() {
		takes := t.spec().logins
		if seen[takes] {
			continue
		}
		seen[takes] = true
		all.AllOf = append(all.AllOf, &document{
			If:   typeIs(typesThat(func(_ Type, s *typeSpec) bool { return s.logins == takes })),
			Then: oneWay(takes),
		})
	}
	return all
}

// oneWay wants one of the ways in which credentials can be given.
func oneWay(takes logins) *document {
	var ways []*document
	if takes&loginPat != 0 {
		ways = append(ways, given(FieldPat))
	}
	if takes&loginPassword != 0 {
		ways = append(ways, given(FieldUsername, FieldPassword))
	}
	if takes&loginAllPat != 0 {
		all := given(FieldPat)
		all.Required = append(all.Required, "username")
		all.Properties.Set("username", &document{Type: "string", Pattern: `^(all$|(env|file|keyring|cmd):)`})
		ways = append(ways, all)
	}
	if len(ways) == 1 {
		return ways[0]
	}
	return &document{AnyOf: ways}
}

// repositoryCredentials wants both halves of a login; a user name alone is enough where
// the web is not what the repository is reached by.
func repositoryCredentials() *document {
	overWeb := given(FieldUsername)
	overWeb.Required = append(overWeb.Required, "origin")
	overWeb.Properties.Set("origin", &document{Type: "string", Pattern: `^[Hh][Tt][Tt][Pp][Ss]?://`})
	return &document{AllOf: []*document{
		{If: given(FieldPassword), Then: given(FieldUsername)},
		{If: overWeb, Then: &document{AnyOf: []*document{given(FieldPassword), given(FieldPat)}}},
	}}
}

func typesThat(chosen func(Type, *typeSpec) bool) []Type {
	var list []Type
	for _, t := range Types() {
		if chosen(t, t.spec()) {
			list = append(list, t)
		}
	}
	return list
}

// typeIs is a record that is of one of these types.
func typeIs(list []Type) *document {
	is := &document{}
	if len(list) == 1 {
		is.Const = list[0]
	} else {
		for _, t := range list {
			is.Enum = append(is.Enum, t)
		}
	}
	r := properties(property{"type", is})
	r.Required = []string{"type"}
	return r
}

// given is a record that has these fields, and has something in them.
func given(fields ...Field) *document {
	r := properties()
	for _, f := range fields {
		r.Required = append(r.Required, f.String())
		r.Properties.Set(f.String(), reference("given"))
	}
	return r
}

// refuse is a record that has nothing in these fields.
func refuse(code Code, fields ...Field) *document {
	r := properties()
	for _, f := range fields {
		left := blanks
		if f.Shape() == ShapeInt {
			left = []any{nil}
		}
		r.Properties.Set(f.String(), &document{Enum: left, Extras: errorMessage(code.Explanation().Title)})
	}
	return r
}

// textLike is a text of a certain form; a number or boolean never has it.
func textLike(pattern, advice string) *document {
	v := &document{Pattern: pattern, Extras: errorMessage(advice)}
	v.Extras["type"] = []string{"string", "null"}
	return v
}
