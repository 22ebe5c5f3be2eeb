using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Attacks;

/// <summary>Whatever is sent: an answer, no exception, nobody let in, nothing of it in the reason.</summary>
public sealed class HostileInputTests : IDisposable
{
    static readonly Config s_fixed = Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(20_260_101, 7);

    // Of what headers are made, so that random ones get further than the first check.
    static readonly string[] s_words =
    [
        "Bearer ", "bearer ", "Basic ", ".", "..", "...", "eyJhbGciOiJub25lIn0", "eyJhbGciOiJSUzI1NiJ9", "e30", "W10", "AAAA", "for=", "For=", "by=", "proto=http", "host=", ";", ",", "=", "\"", "\\", "[", "]", ":", "::1", "127.0.0.1",
        "192.0.2.1", "10.0.0.1", "10.0.0.2", "::ffff:10.0.0.1", "[2001:db8::1]:80", "unknown", "_hidden", " ", "\t", "\0", "\r\n", "é", "\ud800", "%00", "localhost", "0", "4294967296", "1e9",
    ];

    static readonly Gen<string> s_text = Gen.OneOf(
        Gen.Elements(s_words).ListOf().Select(words => string.Concat(words)),
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""));

    static readonly Gen<string[]> s_lines = Gen.Frequency((4, s_text.Select(text => new[] { text })), (1, Gen.Constant(Array.Empty<string>())), (1, s_text.ArrayOf()));

    readonly ManualTime _time = new();
    readonly TestFolder _folder = new();
    readonly TestIssuer _issuer;
    readonly CallerResolver _resolver;

    public HostileInputTests()
    {
        _issuer = new(_time);
        var options = _issuer.Options(_folder);
        options.Addresses.TrustedProxies.Add("10.0.0.0/8");
        options.Addresses.Allow.Add("192.0.2.0/24");
        _resolver = CallerResolver.Create(options, new(), _time);
    }

    [Fact]
    public void Resolve_AnyHeaders_LetsNobodyIn() => Check.One(s_fixed, Prop.ForAll((from authorization in s_lines
                                                                                     from forwardedFor in s_lines
                                                                                     from forwarded in s_lines
                                                                                     from host in s_text
                                                                                     from address in Gen.Elements("10.0.0.1", "192.0.2.1", "::1", "127.0.0.1", "::ffff:10.0.0.1")
                                                                                     select new Credentials
                                                                                     {
                                                                                         Authorization = authorization,
                                                                                         ForwardedFor = forwardedFor,
                                                                                         Forwarded = forwarded,
                                                                                         Host = host,
                                                                                         Address = IPAddress.Parse(address),
                                                                                     }).ToArbitrary(), credentials => Refused(credentials)));

    // A good token with some of its characters, or the text below them, changed.
    [Fact]
    public void Resolve_AGoodTokenWithChanges_LetsNobodyIn()
    {
        var random = new Random(4711);
        var good = _issuer.Token();
        for (var i = 0; i < 3000; i++)
        {
            var token = random.Next(2) == 0 ? Change(good, random) : TestIssuer.Sign(ChangeJson("""{"alg":"RS256","kid":"rsa","typ":"JWT"}""", random), ChangeJson(_issuer.Claims().ToJsonString(), random), _ => new byte[256]);
            if (token != good) Refused(TestIssuer.Bearer(token));
        }
    }

    // Signed by the right key: what the claims are is the issuer's word, and may still be anything.
    [Fact]
    public void Resolve_AnyClaimsWithAGoodSignature_EndsWithAnAnswer()
    {
        var random = new Random(4712);
        for (var i = 0; i < 1500; i++)
        {
            var token = TestIssuer.Sign(Encoding.UTF8.GetBytes("""{"alg":"ES256","kid":"curve"}"""), ChangeJson(_issuer.Claims(("scope", "pprof:read:heap"), ("nbf", 1), ("cnf", null)).ToJsonString(), random),
                text => _issuer.Curve.SignData(text, System.Security.Cryptography.HashAlgorithmName.SHA256));
            var result = AtOnce.Of(_resolver.Resolve(TestIssuer.Bearer(token), default));
            if (result.IsKnown) Assert.True(PlainName.IsPlain(result.Caller.Name));
            else Assert.DoesNotContain("check ended", result.PrivateReason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Resolve_NothingAtAll_EndsWithAnAnswer()
    {
        Assert.False(AtOnce.Of(_resolver.Resolve(null!, default)).IsKnown);
        Assert.False(AtOnce.Of(_resolver.Resolve(new() { Authorization = null!, ForwardedFor = null!, Forwarded = null!, Address = IPAddress.Parse("10.0.0.1") }, default)).IsKnown);
        Assert.False(AtOnce.Of(_resolver.Resolve(TestIssuer.Bearer("") with { Authorization = [null!] }, default)).IsKnown);
    }

    void Refused(Credentials credentials)
    {
        var result = AtOnce.Of(_resolver.Resolve(credentials, default));
        Assert.False(result.IsKnown);
        Assert.DoesNotContain("check ended", result.PrivateReason, StringComparison.Ordinal);
    }

    static string Change(string text, Random random)
    {
        var changed = new StringBuilder(text);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(changed.Length);
            switch (random.Next(3))
            {
                case 0: changed[at] = (char)random.Next(random.Next(2) == 0 ? 128 : 0x10000); break;
                case 1: changed.Remove(at, Math.Min(random.Next(1, 20), changed.Length - at)); break;
                default: changed.Insert(at, text.AsSpan(random.Next(text.Length))[..1]); break;
            }
        }
        return changed.ToString();
    }

    static byte[] ChangeJson(string json, Random random)
    {
        string[] pieces = ["{", "}", "[", "]", "\"", ":", ",", "null", "1e400", "-0", "\\u0000", "\\ud800", "true", "\"roles\":", "\"iss\":\"https://issuer.example\"", "99999999999999999999"];
        var changed = new StringBuilder(json);
        for (var i = random.Next(0, 3); i > 0; i--)
        {
            var at = random.Next(changed.Length);
            if (random.Next(2) == 0) changed.Insert(at, pieces[random.Next(pieces.Length)]);
            else changed.Remove(at, Math.Min(random.Next(1, 6), changed.Length - at));
            if (changed.Length == 0) changed.Append('{');
        }
        var bytes = Encoding.UTF8.GetBytes(changed.ToString());
        if (random.Next(8) == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    public void Dispose()
    {
        _resolver.Dispose();
        _folder.Dispose();
    }
}
