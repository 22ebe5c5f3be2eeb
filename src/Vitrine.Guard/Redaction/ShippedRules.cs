using Vitrine.Guard.Redaction.Rules;

namespace Vitrine.Guard.Redaction;

/// <summary>The rules that are on unless somebody switches them off. Where two find the same place, the earlier one names it.</summary>
static class ShippedRules
{
    public const string Exception = "exception", Sql = "sql", Secret = "secret", UrlCredentials = "url-credentials", Email = "email", Label = "label";

    public static IReadOnlyList<RedactionRule> All { get; } =
    [
        new(Exception, "messages of exceptions and panics; the type stays", "System.IO.IOException: no file alice.txt", "System.IO.IOException: ‹exception:3f2a91c0›", MaskStyle.Tagged, new ExceptionRule()),
        new(Sql, "literals of SQL statements", "SELECT * FROM t WHERE id = 42 AND s IN ('a', 'b')", "SELECT * FROM t WHERE id = ? AND s IN (?)", MaskStyle.QuestionMark, new SqlRule()),
        new("path", "folders of source files and binaries", "/srv/acme/shop/cart.go", "‹path›/cart.go", MaskStyle.Plain, new PathRule()),
        new("private-key", "private key blocks", "-----BEGIN PRIVATE KEY-----\nMIIE…", "‹private-key:3f2a91c0›", MaskStyle.Tagged, new PrivateKeyRule()),
        new(UrlCredentials, "user and password in a URL", "https://user:pw@host/", "https://‹url-credentials:3f2a91c0›@host/", MaskStyle.Tagged, new UrlCredentialsRule()),
        new("query", "secrets in the query of a URL", "/cb?code=abc&x=1", "/cb?code=‹query:3f2a91c0›&x=1", MaskStyle.Tagged, new QueryRule()),
        new(Secret, "what is assigned to a secret's name", "password=hunter2", "password=‹secret:3f2a91c0›", MaskStyle.Tagged, new SecretRule()),
        new("bearer", "values of the schemes Bearer and Basic", "Bearer mF_9.B5f-4.1JqM", "Bearer ‹bearer:3f2a91c0›", MaskStyle.Tagged, new BearerRule()),
        new("jwt", "JSON web tokens", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "‹jwt:3f2a91c0›", MaskStyle.Tagged, new JwtRule()),
        new("token", "keys and tokens with a known beginning", "AKIAIOSFODNN7EXAMPLE", "‹token:3f2a91c0›", MaskStyle.Tagged, new TokenRule()),
        new(Email, "e-mail addresses", "alice@example.com", "‹email:3f2a91c0›", MaskStyle.Tagged, new EmailRule()),
        new("card", "numbers of payment cards", "4111 1111 1111 1111", "‹card:3f2a91c0›", MaskStyle.Tagged, new CardRule()),
        new("ipv6", "IPv6 addresses", "[2001:db8::1]:443", "[‹ipv6:3f2a91c0›]:443", MaskStyle.Tagged, new IPv6Rule()),
        new("ipv4", "IPv4 addresses", "192.0.2.7:8080", "‹ipv4:3f2a91c0›:8080", MaskStyle.Tagged, new IPv4Rule()),
        new("home", "user names in home directories", "/home/alice/notes", "/home/‹home:3f2a91c0›/notes", MaskStyle.Tagged, new HomeRule()),
        new(Label, "values of labels whose key is not known to be harmless", "tenant=acme", "tenant=‹label:3f2a91c0›", MaskStyle.Tagged, null),
    ];
}
