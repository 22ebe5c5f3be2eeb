using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Vitrine.Guard.Redaction;
using Vitrine.Pprof;

namespace Vitrine.Guard.Tests.Redaction;

/// <summary>What each rule finds and what it leaves alone. Tags are shown as <c>#</c>: they differ from process to process.</summary>
public sealed partial class RuleTests
{
    static readonly Redactor s_redactor = new(RedactionRules.Default);

    [GeneratedRegex(":[0-9a-f]{8}›")]
    private static partial Regex Tag { get; }

    static string Comment(string text)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.Comments.Add(text);
        return Tag.Replace(Assert.Single(s_redactor.Redact(builder.Build()).Result.Comments), ":#›");
    }

    static (string Name, string File) Function(string name, string file)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.AddSample([builder.Location(-1, 0, [new Line(builder.Function(name, name, file), 1)])], [1]);
        var function = s_redactor.Redact(builder.Build()).Result.Functions[0];
        return (Tag.Replace(function.Name, ":#›"), Tag.Replace(function.FileName, ":#›"));
    }

    [Theory]
    // query
    [InlineData("GET /cb?code=abc123&x=1 200", "GET /cb?code=‹query:#›&x=1 200")]
    [InlineData("/a?x=1&sig=Zm9v%2Fbar&y=2", "/a?x=1&sig=‹query:#›&y=2")]
    [InlineData("/a?page=2&sort=name", "/a?page=2&sort=name")]
    [InlineData("code=abc&grant_type=x", "code=‹query:#›&grant_type=x")]
    [InlineData("%2Fcb%3Ftoken%3Dabc%26x%3D1", "%2Fcb%3Ftoken%3D‹query:#›%26x%3D1")]
    [InlineData("/in?next=%252Fcb%253Ftoken%253Dabc123%2526y%253D1", "/in?next=%252Fcb%253Ftoken%253D‹query:#›%2526y%253D1")]
    [InlineData("/in?next=alice%2540example.com", "/in?next=‹email:#›")]
    // secret
    [InlineData("password=hunter2", "password=‹secret:#›")]
    [InlineData("Password: hunter2, please", "Password: ‹secret:#› please")]
    [InlineData("dbPassword = \"hun ter2\" x", "dbPassword = \"‹secret:#›\" x")]
    [InlineData("{\"api_key\":\"k-1\",\"user\":\"bob\"}", "{\"api_key\":\"‹secret:#›\",\"user\":\"bob\"}")]
    [InlineData("{\\\"token\\\":\\\"k-1\\\",\\\"a\\\":1}", "{\\\"token\\\":\\\"‹secret:#›\\\",\\\"a\\\":1}")]
    [InlineData("Server=db;User Id=sa;Password=p;Timeout=5", "Server=db;User Id=sa;Password=‹query:#›;Timeout=5")]
    [InlineData("X-Api-Key: 123", "X-Api-Key: ‹secret:#›")]
    [InlineData("Authorization: Digest username=bob, x=y", "Authorization: ‹secret:#›")]
    [InlineData("Cookie: a=b; c=d", "Cookie: ‹secret:#›")]
    [InlineData("client_secret=s", "client_secret=‹secret:#›")]
    [InlineData("max_tokens=5 exit code=1 key=value keyboard: us", "max_tokens=5 exit code=1 key=value keyboard: us")]
    [InlineData("std::Token::parse", "std::Token::parse")]
    [InlineData("run --password hunter2 --x", "run --password ‹secret:#› --x")]
    [InlineData("run --api-key 'k 1' y", "run --api-key '‹secret:#›' y")]
    [InlineData("run --token --verbose -- password x", "run --token --verbose -- password x")]
    [InlineData("run --password -x9!kd --x", "run --password ‹secret:#› --x")]
    [InlineData("run --password - --token -- x", "run --password - --token -- x")]
    [InlineData("run --token '--x9' y", "run --token '‹secret:#›' y")]
    [InlineData("password = \"\"\"hunter2\"\"\"", "password = \"\"\"‹secret:#›\"\"\"")]
    [InlineData("password=\"\", x=1", "password=\"\", x=1")]
    [InlineData("pass 1: 5 ms, password2=x", "pass 1: 5 ms, password2=‹secret:#›")]
    // bearer, jwt, token, private key
    [InlineData("use Bearer mF_9.B5f-4.1JqM now", "use Bearer ‹bearer:#› now")]
    [InlineData("basic dXNlcjpwYXNzd29yZA==", "basic ‹bearer:#›")]
    [InlineData("a basic understanding of bearer tokens", "a basic understanding of bearer tokens")]
    [InlineData("t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123 end", "t ‹jwt:#› end")]
    [InlineData("AKIAIOSFODNN7EXAMPLE", "‹token:#›")]
    [InlineData("x ghp_0123456789abcdefABCDEF0123456789abcd y", "x ‹token:#› y")]
    [InlineData("xoxb-1234567890-abcdef", "‹token:#›")]
    [InlineData("AIzaSyA1234567890abcdefghijklmnopqrstuv", "‹token:#›")]
    [InlineData("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/‹token:#›")]
    [InlineData("https://discord.com/api/webhooks/123/ab-cd", "https://discord.com/api/webhooks/‹token:#›")]
    [InlineData("https://api.telegram.org/bot110201543:AAHdqTcvCH1vGW/getMe", "https://api.telegram.org/bot‹token:#›")]
    [InlineData("dckr_pat_abcdefghijklmnopqrstuvwxy12", "‹token:#›")]
    [InlineData("sntrys_eyJpYXQiOjE2ODcwfQabcdef", "‹jwt:#›")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x", "‹private-key:#› x")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----")]
    // url credentials, e-mail
    [InlineData("postgres://bob:s3cret@db.example.com:5432/x", "postgres://‹url-credentials:#›@db.example.com:5432/x")]
    [InlineData("https://host/a@b/c", "https://host/a@b/c")]
    [InlineData("https://host:80/a@b/c", "https://host:80/a@b/c")]
    [InlineData("http://bob:s3/cr#t@host/", "http://‹url-credentials:#›@host/")]
    [InlineData("open root:pw@tcp(db:3306)/x", "open ‹url-credentials:#›@tcp(db:3306)/x")]
    [InlineData("jdbc:oracle:thin:scott/tiger@db:1521:sid", "jdbc:oracle:thin:‹url-credentials:#›@db:1521:sid")]
    [InlineData("mail alice.b+c@mail.example.com.", "mail ‹email:#›.")]
    [InlineData("alice%40example.com", "‹email:#›")]
    [InlineData("alice\\u0040example.com", "‹email:#›")]
    [InlineData("golang.org/x/net@v0.38.0/http2", "golang.org/x/net@v0.38.0/http2")]
    [InlineData("x@v1.2.3-beta.rc", "x@v1.2.3-beta.rc")]
    [InlineData("alice@v8.dev, a@v2.example.com", "‹email:#›, ‹email:#›")]
    // addresses
    [InlineData("from 10.1.2.3:8080", "from ‹ipv4:#›:8080")]
    [InlineData("10.1.2.0/24", "‹ipv4:#›/24")]
    [InlineData("v1.2.3.4 1.2.3.4.5 1.2.3 300.1.1.1 Version=4.0.0.0", "v1.2.3.4 1.2.3.4.5 1.2.3 300.1.1.1 Version=4.0.0.0")]
    [InlineData("[2001:db8::1]:443", "[‹ipv6:#›]:443")]
    [InlineData("id:2001:db8:85a3:0:0:8a2e:370:7334.", "id:‹ipv6:#›.")]
    [InlineData("::ffff:192.0.2.1 fe80::1%eth0", "‹ipv6:#› ‹ipv6:#›")]
    [InlineData("12:34:56 00:1a:2b:3c:4d:5e std::abc::def", "12:34:56 00:1a:2b:3c:4d:5e std::abc::def")]
    // cards
    [InlineData("card 4111111111111111 ok", "card ‹card:#› ok")]
    [InlineData("4111 1111 1111 1111, 3782-822463-10005", "‹card:#›, ‹card:#›")]
    [InlineData("4111111111111112 1700000000000000000 x4111111111111111", "4111111111111112 1700000000000000000 x4111111111111111")]
    // SQL
    [InlineData("SELECT a1, \"b\" FROM t WHERE id = 42 AND n = 'O''Neil' LIMIT 10", "SELECT a1, \"b\" FROM t WHERE id = ? AND n = ? LIMIT ?")]
    [InlineData("select * from t where id in (1, 2,3) and x=$1 and y = @p", "select * from t where id in (?) and x=$1 and y = @p")]
    [InlineData("INSERT INTO t (a,b) VALUES ('x', N'y', 1.5e-3, 0xFF, NULL)", "INSERT INTO t (a,b) VALUES (?, ?, ?, ?, NULL)")]
    [InlineData("UPDATE t SET s = $q$it's$q$ WHERE k = 'open", "UPDATE t SET s = ? WHERE k = ?")]
    [InlineData("DELETE FROM t WHERE n = \"alice\" /* by bob */", "DELETE FROM t WHERE n = ? /*?*/")]
    [InlineData("WHERE id = 5", "WHERE id = ?")]
    [InlineData("CREATE USER bob IDENTIFIED BY 'hunter2'", "CREATE USER bob IDENTIFIED BY ?")]
    [InlineData("ALTER ROLE bob WITH PASSWORD 'hunter2'", "ALTER ROLE bob WITH PASSWORD ?")]
    [InlineData("SET PASSWORD FOR 'bob' = 'hunter2'", "SET PASSWORD FOR ? = ?")]
    [InlineData("SELECT crypt('hunter2', gen_salt('bf'))", "SELECT crypt(?, gen_salt(?))")]
    [InlineData("select a file and update 3 items where you like", "select a file and update 3 items where you like")]
    // exceptions
    [InlineData("System.IO.IOException: no file alice.txt", "System.IO.IOException: ‹exception:#›")]
    [InlineData("System.ComponentModel.Win32Exception (0x80004005): bob", "System.ComponentModel.Win32Exception (0x80004005): ‹exception:#›")]
    [InlineData("panic: user bob is gone [recovered]", "panic: ‹exception:#›")]
    [InlineData("panic: runtime error: index out of range [5] with length 3", "panic: runtime error: index out of range [5] with length 3")]
    // paths
    [InlineData("at /home/alice/notes", "at /home/‹home:#›/notes")]
    [InlineData("C:\\Users\\Alice Smith\\notes", "C:\\Users\\‹home:#›\\notes")]
    [InlineData("in /srv/acme/shop/cart.go:12", "in ‹path›/cart.go:12")]
    [InlineData("in /src/x.cs:line 5, /api/users/alice", "in ‹path›/x.cs:line 5, /api/users/alice")]
    public void Redact_OfAComment_TakesOutWhatTheRulesFind(string before, string after) => Assert.Equal(after, Comment(before));

    [Theory]
    [InlineData("tcp"), InlineData("unix")]
    public void Redact_OfALongPasswordBeforeADriversAddress_TakesOutAllOfIt(string network)
    {
        var password = new string('x', 5000);
        Assert.Equal(
            $"open ‹url-credentials:#›@{network}(a)/x ‹url-credentials:#›@{network}(b)/y",
            Comment($"open root:{password}@{network}(a)/x bob:{password}@{network}(b)/y"));
    }

    [Theory]
    [InlineData("/usr/local/go/src/runtime/proc.go", "/usr/local/go/src/runtime/proc.go")]
    [InlineData("/home/alice/sdk/go1.26.1/src/runtime/proc.go", "‹path›/src/runtime/proc.go")]
    [InlineData("/home/alice/go/pkg/mod/github.com/x/y@v1.2.3/z.go", "‹path›/pkg/mod/github.com/x/y@v1.2.3/z.go")]
    [InlineData("/home/alice/go/src/github.com/acme/shop/cart.go", "‹path›/go/src/github.com/acme/shop/cart.go")]
    [InlineData("/home/alice/work/shop/cart.go", "‹path›/cart.go")]
    [InlineData("github.com/acme/shop/cart.go", "github.com/acme/shop/cart.go")]
    [InlineData("C:\\src\\Shop\\Cart.cs", "‹path›\\Cart.cs")]
    [InlineData("C:\\Program Files\\dotnet\\x.dll", "C:\\Program Files\\dotnet\\x.dll")]
    [InlineData("/_/src/libraries/System.Private.CoreLib/src/System/String.cs", "/_/src/libraries/System.Private.CoreLib/src/System/String.cs")]
    [InlineData("cart.go", "cart.go")]
    public void Redact_OfASourceFile_KeepsWhatMakesItUseful(string before, string after) => Assert.Equal(after, Function("f", before).File);

    [Theory]
    [InlineData("net/netip.ParseAddr")]
    [InlineData("main.(*server).serve.func1.2")]
    [InlineData("github.com/x/y/v2.(*T[go.shape.int]).M")]
    [InlineData("std::vector<abc::def, face::b00c>::push_back")]
    [InlineData("System.Collections.Generic.List`1[[System.String, mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089]]!Add")]
    [InlineData("Shop!Shop.Cart.<AddAsync>d__5.MoveNext")]
    [InlineData("_ZN4absl12lts_2023012513container_internal12raw_hash_setE")]
    [InlineData("gopkg.in/yaml%2ev3.Unmarshal")]
    [InlineData("[libc.so.6]")]
    [InlineData("runtime.gcBgMarkWorker")]
    public void Redact_OfAFunctionsName_LeavesItAlone(string name) => Assert.Equal(name, Function(name, "").Name);
}
