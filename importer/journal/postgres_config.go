package journal

import (
	"context"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// IsDatabase reports whether a state's path is the URL of a database, and not a file.
func IsDatabase(path string) bool {
	return strings.HasPrefix(path, "postgres://") || strings.HasPrefix(path, "postgresql://")
}

// postgresSettings are set for each connection where the server knows them. The server must notice
// soon that a machine is gone, whose locks it keeps until then, and must not end an idle connection:
// a run may wait long for a rate limit.
const postgresSettings = `SELECT set_config(name, wanted, false) FROM (VALUES
		('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '30000'),
		('idle_session_timeout', '0'), ('default_transaction_isolation', 'read committed'),
		('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END)
	) AS ours (name, wanted) WHERE current_setting(name, true) IS NOT NULL`

// keepAlive notices within half a minute that the server is gone.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}

// postgresConfig reads a URL, and the environment, as libpq does. A URL with a password is refused:
// others could read it in the list of processes.
func postgresConfig(url string) (*pgx.ConnConfig, error) {
	if holdsPassword(url) {
		return nil, &Error{Kind: KindPassword}
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, &Error{Kind: KindURL, Err: err}
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "gijbulk"
	}
	config.DialFunc = (&net.Dialer{Timeout: config.ConnectTimeout, KeepAliveConfig: keepAlive}).DialContext
	config.AfterConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
		return conn.Exec(ctx, postgresSettings).Close()
	}
	return config, nil
}

// holdsPassword errs on the side of a password: a URL that is not valid is shown in the error.
func holdsPassword(text string) bool {
	if !IsDatabase(text) {
		return false
	}
	_, rest, _ := strings.Cut(text, "://")
	before, query, _ := strings.Cut(rest, "?")
	if at := strings.LastIndex(before, "@"); at >= 0 && strings.Contains(before[:at], ":") {
		return true
	}
	decoded, err := url.QueryUnescape(query)
	return err != nil || strings.Contains(strings.ToLower(decoded), "password=")
}
