using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Vitrine.Guard.Redaction;
using Vitrine.Pprof;
using Vitrine.Pprof.Views;
using Vitrine.Pprof.Wire;

namespace Vitrine.Guard.Tests.Redaction;

/// <summary>The formats of answers: what stays, what goes, what is refused.</summary>
public sealed class FormatTests
{
    static readonly Redactor s_redactor = new(RedactionRules.Default);

    static string Redact(string text, Redactor? redactor = null)
    {
        var output = new ArrayBufferWriter<byte>();
        (redactor ?? s_redactor).RedactText(Encoding.UTF8.GetBytes(text), output);
        return Regex.Replace(Encoding.UTF8.GetString(output.WrittenSpan), ":[0-9a-f]{8}›", ":#›");
    }

    [Fact]
    public void RedactText_OfAGoroutineDump_KeepsItsForm()
    {
        var dump = """
            goroutine 18 [chan receive, 5 minutes]:
            main.(*server).wait(0xc000010200, {0xc00001a0f8, 0x8})
            	/home/alice/work/shop/server.go:44 +0x1d
            created by main.main in goroutine 1
            	/usr/local/go/src/runtime/proc.go:283 +0x9a
            panic: no user alice

            """;
        Assert.Equal(dump.Replace("/home/alice/work/shop/", "‹path›/").Replace("no user alice", "‹exception:#›"), Redact(dump));
    }

    [Fact]
    public void RedactText_OfALegacyProfile_GoesByTheKeysOfLabels()
    {
        var profile = """
            goroutine profile: total 2
            2 @ 0x43a0e5 0x46e2c1
            # labels: {"http.route":"/cart/{id}", "tenant":"acme \"inc\"", "trace_id":"5b8efff798038103d269b633813fc60c"}
            #	0x43a0e4	main.work+0x44	/srv/acme/main.go:12

            4111111111111111 12 @ 0x43a0e5
            """;
        Assert.Equal(profile.Replace("acme \\\"inc\\\"", "‹label:#›").Replace("/srv/acme/", "‹path›/"), Redact(profile));
    }

    // As Go 1.27 and Go 1.26 write them, and as nobody does.
    [Theory]
    [InlineData("goroutine 7 [chan receive, 5 minutes] {http.route: /cart, tenant: acme, note: \"a \\\"b\\\" c\"}:", "goroutine 7 [chan receive, 5 minutes] {http.route: /cart, tenant: \"‹label:#›\", note: \"‹label:#›\"}:")]
    [InlineData("goroutine 7 [select labels:{\"http.route\": \"/cart/{id}\", \"tenant\": \"ac}]:me\"}]:", "goroutine 7 [select labels:{\"http.route\": \"/cart/{id}\", \"tenant\": \"‹label:#›\"}]:")]
    [InlineData("goroutine 7 [select] {route: \"/pay?token=abcdefgh\", step: 10.0.0.1, \"a@b.example\": 1}:", "goroutine 7 [select] {route: \"/pay?token=‹query:#›\", step: \"‹ipv4:#›\", \"‹email:#›\": \"‹label:#›\"}:")]
    [InlineData("goroutine 7 [select] {password: , route: /}:", "goroutine 7 [select] {password: , route: /}:")]
    [InlineData("goroutine 7 [select] {tenant: \"acme}:", "goroutine 7 [select] {\"‹label:#›\"}:")]
    [InlineData("goroutine 7 [select] {route: /a; tenant: acme}:", "goroutine 7 [select] {\"‹label:#›\"}:")]
    [InlineData("goroutine 7 [select] {\"}:", "goroutine 7 [select] {\"‹label:#›\"}:")]
    [InlineData("goroutine 7 [select] {\"\\}:", "goroutine 7 [select] {\"‹label:#›\"}:")]
    [InlineData("goroutine 7 [select] {\"a}:", "goroutine 7 [select] {\"‹label:#›\"}:")]
    [InlineData("goroutine 7 [select labels:{\"}]:", "goroutine 7 [select labels:{\"‹label:#›\"}]:")]
    [InlineData("goroutine 7 [running]:", "goroutine 7 [running]:")]
    public void RedactText_OfADumpWithLabels_GoesByTheirKeys(string header, string redacted)
    {
        const string Frames = "\nmain.work(...)\n\t/usr/local/go/src/x.go:1 +0x1d\ncreated by main.main in goroutine 1\n\t/usr/local/go/src/runtime/proc.go:283 +0x9a\n";
        Assert.Equal($"{redacted}{Frames}\n{redacted}{Frames}", Redact($"{header}{Frames}\n{header}{Frames}"));
    }

    // Without the rule of labels the other rules look at all of it, to the last byte.
    [Theory]
    [InlineData("{\"}:", "{\"}:")]
    [InlineData("{\"\\}:", "{\"\\}:")]
    [InlineData("{\"a}:", "{\"a}:")]
    [InlineData("{\"from 10.1.2.3}:", "{\"\"from ‹ipv4:#›\"}:")]
    public void RedactText_OfADumpWithAQuoteThatNothingCloses_LosesNoByte(string labels, string redacted) =>
        Assert.Equal($"goroutine 7 [select] {redacted}\n", Redact($"goroutine 7 [select] {labels}\n", new(RedactionRules.Default.Without("label"))));

    [Fact]
    public void RedactText_OfJson_CoversTellingKeysAndLabels() => Assert.Equal(
        """{"password":"‹secret:#›","pin":"‹secret:#›","message":"‹exception:#›","file":"‹path›/x.go","value":4111111111111111,"attributes":{"tenant":"‹label:#›","user_id":"‹label:#›","http.route":"/a"},"tenant":"acme"}""",
        Redact("""{"password":"a\"b","pin":1234,"message":"hello bob","file":"/srv/x.go","value":4111111111111111,"attributes":{"tenant":"acme","user_id":42,"http.route":"/a"},"tenant":"acme"}"""));

    [Fact]
    public void RedactText_OfJsonLines_IsLineByLine() =>
        Assert.Equal("{\"a\":\"‹email:#›\"}\n{\"b\":[1,2,\"x\"]}\n", Redact("{\"a\":\"a@b.example\"}\n{\"b\":[1,2,\"x\"]}\n"));

    [Fact]
    public void RedactText_OfJsonCutOff_IsRedactedToItsEnd() => Assert.Equal("{\"a\":[\"x ‹email:#›", Redact("{\"a\":[\"x a@b.example"));

    [Fact]
    public void RedactText_OfMetrics_KeepsNamesAndNumbers()
    {
        var metrics = """
            # HELP x_total Requests.
            # TYPE x_total counter
            x_total{path="/a",peer="10.0.0.1:80"} 4111111111111111
            x_sum 4111111111111111
            """;
        Assert.Equal(metrics.Replace("10.0.0.1", "‹ipv4:#›"), Redact(metrics));
    }

    [Fact]
    public void RedactText_OfFoldedStacks_KeepsCounts() =>
        Assert.Equal("main;get ?token=‹query:#›&x=1;f 4111111111111111\nmain 2\n", Redact("main;get ?token=a%3Bb&x=1;f 4111111111111111\nmain 2\n"));

    [Fact]
    public void RedactText_OfOurSvg_WithoutSecrets_IsTheSameBytes()
    {
        var svg = View(ProfileFormat.FlameGraphSvg, "main.(*server).serve");
        Assert.Equal(svg, Redact(svg));
    }

    [Fact]
    public void RedactText_OfOurSvg_CutsTheBoxesTextAnew()
    {
        var svg = Redact(View(ProfileFormat.FlameGraphSvg, "get https://h.example/?token=abcdefghijkl" + new string('x', 400)));
        Assert.DoesNotContain("abcdef", svg, StringComparison.Ordinal);
        Assert.Contains("‹query:", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void RedactText_OfAPageWithJson_RedactsTheJson() => Assert.Equal(
        "<html><script>{\"tracks\":[\"‹email:#›\"]}</script><p>‹email:#›</p></html>",
        Redact("<html><script>{\"tracks\":[\"a\\u0040b.example\"]}</script><p>a&commat;b.example</p></html>"));

    [Theory]
    [InlineData("<script type=\"application/octet-stream\">AAAA</script>")]
    [InlineData("<script>var data = \"{}\";</script>")]
    public void RedactText_OfAPageWithDataThatCannotBeRead_IsRefused(string page)
    {
        var whole = Encoding.UTF8.GetBytes("<html>" + page.Replace("{}", new string('A', 5000), StringComparison.Ordinal) + "</html>");
        Assert.False(s_redactor.TryRedact("text/html", whole, out _, out _, out var refusal));
        Assert.Contains("write the page anew", refusal, StringComparison.Ordinal);
    }

    static string View(ProfileFormat format, string name)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.AddSample([builder.Location(-1, 0, [new Line(builder.Function(name), 1)])], [3]);
        using var view = new MemoryStream();
        ProfileFormats.Write(builder.Build(), view, format);
        return Encoding.UTF8.GetString(view.ToArray());
    }

    [Theory]
    [InlineData("application/octet-stream", "Nettrace")]
    [InlineData("application/octet-stream", "go 1.23 trace\0\0\0")]
    [InlineData("text/plain", "Nettrace")]
    [InlineData("application/octet-stream", "whatever this is")]
    [InlineData("image/png", "PNG")]
    [InlineData("application/octet-stream", "\u001f\u008b broken")]
    public void TryRedact_OfWhatCannotBeRedacted_RefusesWithASentence(string mediaType, string body)
    {
        Assert.False(s_redactor.TryRedact(mediaType, Encoding.Latin1.GetBytes(body), out var redacted, out var counts, out var refusal));
        Assert.True(redacted.IsEmpty);
        Assert.Equal(0, counts.Total);
        Assert.EndsWith(".", refusal!.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/octet-stream", true)]
    [InlineData("text/plain; charset=utf-8", true)]
    [InlineData("application/x-ndjson; charset=utf-8", true)]
    [InlineData("application/problem+json", true)]
    [InlineData("image/svg+xml", true)]
    [InlineData("image/png", false)]
    public void CanRedact_GoesByTheMediaType(string mediaType, bool can)
    {
        var verdict = s_redactor.CanRedact(mediaType);
        Assert.Equal(can, verdict.CanRedact);
        Assert.Equal(can, verdict.Reason is null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryRedact_OfAProfile_KeepsItsCompressionAndCounts(bool gzip)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.Comments.Add("a@b.example and c@d.example from 10.0.0.1");
        Assert.True(s_redactor.TryRedact("application/octet-stream", ProfileWriter.ToBytes(builder.Build(), gzip), out var redacted, out var counts, out _));
        Assert.Equal(gzip, redacted.Span[0] == 0x1f);
        Assert.Equal([new("email", 2), new("ipv4", 1)], counts.ByRule.OrderBy(count => count.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void RedactText_OfInvalidUtf8_KeepsItsBytes()
    {
        byte[] text = [0xff, 0xc3, (byte)' ', .. "a@b.example"u8, 0xe2, 0x80, .. " pw: x"u8, 0xf0];
        var output = new ArrayBufferWriter<byte>();
        s_redactor.RedactText(text, output);
        Assert.Equal([0xff], output.WrittenSpan[..1].ToArray());
        Assert.Equal(-1, output.WrittenSpan.IndexOf("a@b"u8));
    }
}
