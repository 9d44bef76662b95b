package journal

import (
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

func postgresErrorKind(err error) ErrorKind {
	var fault *pgconn.PgError
	var connecting *pgconn.ConnectError
	var network net.Error
	var certificate *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError // of sslmode=verify-ca, and so is the next
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &fault):
		return kindOfCode(fault.Code)
	case errors.As(err, &certificate), errors.As(err, &unknown), errors.As(err, &invalid):
		return KindUntrusted
	case errors.As(err, &connecting), errors.As(err, &network), pgconn.Timeout(err),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone):
		return KindConnection
	}
	return KindOther
}

// kindOfCode judges an SQLSTATE; the first two characters are its class.
func kindOfCode(code string) ErrorKind {
	switch code {
	case "3D000": // invalid_catalog_name
		return KindNoDatabase
	case "42501", "3F000": // insufficient_privilege, no schema to create tables in
		return KindDenied
	case "25006": // read_only_sql_transaction
		return KindUnwritable
	case "26000", "42P05": // prepared statements of another connection
		return KindPooled
	case "53100": // disk_full
		return KindFull
	case "55P03", "57014", "40P01", "40001", "53300": // a lock, a statement's time limit, a deadlock, too many connections
		return KindBusy
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return KindDamaged
	}
	switch code[:min(2, len(code))] {
	case "28": // invalid authorization
		return KindLogin
	case "08", "57": // connection exception, operator intervention
		return KindConnection
	case "58": // system error
		return KindIO
	}
	return KindOther
}
