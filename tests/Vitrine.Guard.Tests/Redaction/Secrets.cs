using FsCheck;
using FsCheck.Fluent;

namespace Vitrine.Guard.Tests.Redaction;

/// <summary>A secret in the text that gives it away.</summary>
/// <param name="Rule">Whose kind it is.</param>
/// <param name="Text">The text.</param>
/// <param name="Hidden">What must not be left of it.</param>
public sealed record Planted(string Rule, string Text, string Hidden);

/// <summary>Random secrets of every kind, and texts to plant them in.</summary>
static class Secrets
{
    const string Base62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    static Gen<string> Letters(string alphabet, int least, int most) =>
        from length in Gen.Choose(least, most)
        from letters in Gen.ArrayOf(Gen.Elements(alphabet.ToCharArray()), length)
        select new string(letters);

    static Gen<string> Token(int least = 16, int most = 40) => Letters(Base62, least, most);

    static Gen<string> Name { get; } = Letters("abcdefghijklmnopqrstuvwxyz", 6, 10);

    static Gen<Planted> Kind(string rule, Gen<string> secret, params string[] frames) =>
        from hidden in secret
        from frame in Gen.Elements(frames)
        select new Planted(rule, frame.Replace("{}", hidden, StringComparison.Ordinal), hidden);

    static Gen<string> Address4 { get; } = from parts in Gen.ArrayOf(Gen.Choose(10, 255), 4) select string.Join('.', parts);

    static Gen<string> Address6 { get; } = Gen.OneOf(
        from parts in Gen.ArrayOf(Gen.Choose(0x1000, 0xffff), 8) select string.Join(':', parts.Select(part => part.ToString("x4", null))),
        from parts in Gen.ArrayOf(Gen.Choose(0x1000, 0xffff), 3) select $"2001:db8:{parts[0]:x}:{parts[1]:x}::{parts[2]:x}",
        from part in Gen.Choose(0x1000, 0x9999) select $"fe80::{part:x}:1");

    static Gen<string> Card { get; } =
        from first in Gen.Elements("4", "51", "2221", "6011")
        from digits in Gen.ArrayOf(Gen.Choose(0, 9), 15)
        from separator in Gen.Elements("", " ", "-")
        select Separated(Luhn((first + string.Concat(digits))[..15]), separator);

    static string Luhn(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var d = digits[^(i + 1)] - '0';
            sum += i % 2 == 1 ? d : d > 4 ? 2 * d - 9 : 2 * d;
        }
        return digits + (10 - sum % 10) % 10;
    }

    static string Separated(string card, string separator) => string.Join(separator, card.Chunk(4).Select(group => new string(group)));

    /// <summary>One of every rule's kind; the path rule is for file names.</summary>
    public static Gen<Planted> Any { get; } = Gen.OneOf(
        Kind("query", Token(8), "/cb?token={}&x=1", "https://h.example/a?x=1&password={}", "GET /a?b=c&sig={}#f"),
        Kind("secret", Token(8), "password={}", "secret: {}", "apiKey = \"{}\" ", "{ 'client_secret': '{}' }", "Authorization: {}", "dsn={};x=1"),
        Kind("bearer", Token(20), "Bearer {}", "authorization bearer {}"),
        Kind("jwt", from a in Token() from b in Token() from c in Token() select $"eyJ{a}.eyJ{b}.{c}", "{}", "t={}", "<{}>"),
        Kind("token", Letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 16).Select(t => "AKIA" + t), "{}", "id {} "),
        Kind("token", Token(36, 36), "ghp_{}", "x=xoxb-{}", "(glpat-{})", "key AIza{}", "sk_live_{}", "npm_{}"),
        Kind("private-key", Token(40), "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY----- {}"),
        Kind("email", from user in Name from host in Name select $"{user}@{host}.example", "{}", "<{}>", "to:{},", "mailto:{}"),
        Kind("ipv4", Address4, "{}", "{}:8080", "from {}, ", "http://{}/x"),
        Kind("ipv6", Address6, "{}", "[{}]:443", "from {} "),
        Kind("card", Card, "{}", "pan={} ", "({})"),
        Kind("sql", Token(8), "SELECT * FROM t WHERE a = '{}'", "INSERT INTO t VALUES (1, '{}')", "update t set a='{}' where b=2", "select a from b where c in ('x','{}')"),
        Kind("exception", Token(8), "System.InvalidOperationException: no {} here", "panic: {}"),
        Kind("url-credentials", Token(8), "https://user:{}@h.example/", "amqp://{}@h.example"),
        Kind("home", Name, "/home/{}/x", "C:\\Users\\{}\\x", "/Users/{}/y"));

    /// <summary>A text without secrets: words, names, numbers.</summary>
    public static Gen<string> Plain { get; } =
        from words in Gen.ArrayOf(Gen.Elements(
            "runtime.gcBgMarkWorker", "net/http.(*conn).serve", "main", "v1.2.3", "ünïcödé", "12:34:56", "0x46e2c1", "100%", "a=b", "x/y", "Shop.Cart`1.Add", "std::vector<a::b>", "42", "1.5e3", "日本", "\"quoted\"", "back\\slash", "&amp;", "tab\tbed", "github.com/x/y@v1.2.3/z"))
        select string.Join(' ', words);

    /// <summary>A secret among other things.</summary>
    public static Gen<Planted> InText { get; } =
        from before in Plain
        from planted in Any
        from after in Plain
        select planted with { Text = $"{before} {planted.Text} {after}" };
}
