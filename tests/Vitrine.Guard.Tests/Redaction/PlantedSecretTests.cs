using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Vitrine.Guard.Redaction;
using Vitrine.Pprof;
using Vitrine.Pprof.Views;
using Vitrine.Pprof.Wire;

namespace Vitrine.Guard.Tests.Redaction;

/// <summary>No planted secret survives in any string of any format. The bytes that would leave are searched, not what a reader of ours makes of them. Seeds are fixed.</summary>
public sealed class PlantedSecretTests
{
    static readonly Config s_fixed = Config.QuickThrowOnFailure.WithMaxTest(600).WithReplay(20_261_122, 9);
    static readonly Redactor s_redactor = new(RedactionRules.Default);

    static void ForAll(Gen<Planted> secrets, Action<Planted> law) => Prop.ForAll(Arb.From(secrets), planted => law(planted)).Check(s_fixed);

    static byte[] RedactText(string text) => RedactText(Encoding.UTF8.GetBytes(text));

    static byte[] RedactText(byte[] text)
    {
        var output = new ArrayBufferWriter<byte>();
        s_redactor.RedactText(text, output);
        return output.WrittenSpan.ToArray();
    }

    static void AssertGone(Planted planted, ReadOnlySpan<byte> bytes) =>
        Assert.True(bytes.IndexOf(Encoding.UTF8.GetBytes(planted.Hidden)) < 0, $"{planted} is left in: {Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 2000)])}");

    /// <summary>The profile's uncompressed bytes, as they would leave.</summary>
    static byte[] Redacted(Profile profile)
    {
        Assert.True(s_redactor.TryRedact("application/octet-stream", ProfileWriter.ToBytes(profile), out var redacted, out _, out var refusal), refusal);
        using var gzip = new GZipStream(new MemoryStream(redacted.ToArray()), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    /// <summary>A profile with the text in every place that has one.</summary>
    static Profile Everywhere(string text)
    {
        var builder = new ProfileBuilder(new SampleType(text + "1", text + "2"))
        {
            PeriodType = new SampleType(text + "3", text + "4"), DefaultSampleType = text + "1", DropFrames = text + "5", KeepFrames = text + "6", DocUrl = text + "7",
        };
        builder.Comments.Add(text);
        var mapping = builder.Mapping(0x1000, 0x2000, 0, text + "8", text + "9");
        var location = builder.Location(mapping, 0x1100, [new Line(builder.Function(text + " a", text + " b", text + " c"), 1)]);
        builder.AddSample([location], [1], [new(text, "x"), new("route", text), new("tenant", text), new("bytes", null, 5, text), new(text + " d", null, 6, text)]);
        return builder.Build();
    }

    [Fact]
    public void Pprof_EveryString() => ForAll(Secrets.Any, planted => AssertGone(planted, Redacted(Everywhere(planted.Text + " "))));

    [Fact]
    public void Pprof_EveryString_AmongOtherText() => ForAll(Secrets.InText, planted => AssertGone(planted, Redacted(Everywhere(planted.Text + " "))));

    [Fact]
    public void Text_AnyLine() => ForAll(Secrets.InText, planted => AssertGone(planted, RedactText($"goroutine 1 [running]:\n{planted.Text}\n\t/x.go:1 +0x1d\n")));

    [Fact]
    public void Text_LabelsOfGo() => ForAll(Secrets.InText, planted =>
        AssertGone(planted, RedactText($"goroutine profile: total 1\n1 @ 0x1\n# labels: {{{JsonSerializer.Serialize("tenant")}:{JsonSerializer.Serialize(planted.Text)}, \"route\":{JsonSerializer.Serialize(planted.Text)}}}\n")));

    [Theory]
    [InlineData("goroutine 1 [select] {{tenant: {0}, route: {0}}}:\n")]
    [InlineData("goroutine 1 [select labels:{{\"tenant\": {0}, \"route\": {0}}}]:\n")]
    public void Text_LabelsInHeadersOfGoroutines(string header) => ForAll(Secrets.InText, planted =>
        AssertGone(planted, RedactText(string.Format(CultureInfo.InvariantCulture, header, JsonSerializer.Serialize(planted.Text)) + "main.main()\n\t/x.go:1 +0x1d\n")));

    [Fact]
    public void Json_StringsAndKeys_StaysJson() => ForAll(Secrets.InText, planted =>
    {
        var document = new JsonObject { ["name"] = planted.Text, [planted.Text] = 1, ["list"] = new JsonArray(planted.Text), ["attributes"] = new JsonObject { ["tenant"] = planted.Text } };
        // Once as the library escapes it, once with every letter escaped.
        var escaped = $"{{\"x\":\"{string.Concat(planted.Text.Select(c => $"\\u{(int)c:x4}"))}\"}}\n{{\"y\":[]}}";
        var output = RedactText(document.ToJsonString());
        AssertGone(planted, output);
        using var parsed = JsonDocument.Parse(output);
        Assert.DoesNotContain(planted.Hidden, parsed.RootElement.GetProperty("name").GetString(), StringComparison.Ordinal);
        var line = Encoding.UTF8.GetString(RedactText(escaped)).Split('\n')[0];
        using var unescaped = JsonDocument.Parse(line);
        Assert.DoesNotContain(planted.Hidden, unescaped.RootElement.GetProperty("x").GetString(), StringComparison.Ordinal);
    });

    [Fact]
    public void Markup_TextsAttributesAndComments_StaysXml() => ForAll(Secrets.InText, planted =>
    {
        var entities = string.Concat(planted.Text.Select(c => $"&#x{(int)c:x};"));
        var svg = $"<svg xmlns=\"http://www.w3.org/2000/svg\"><title>{WebUtility.HtmlEncode(planted.Text)}</title><a b=\"{WebUtility.HtmlEncode(planted.Text)}\"/><text>{entities}</text></svg>";
        var output = RedactText(svg);
        AssertGone(planted, output);
        var root = XDocument.Parse(Encoding.UTF8.GetString(output)).Root!;
        Assert.DoesNotContain(planted.Hidden, root.Value, StringComparison.Ordinal);
        Assert.All(root.Descendants().Attributes(), a => Assert.DoesNotContain(planted.Hidden, a.Value, StringComparison.Ordinal));
    });

    [Theory]
    [InlineData(ProfileFormat.Folded)]
    [InlineData(ProfileFormat.Speedscope)]
    [InlineData(ProfileFormat.FlameGraphSvg)]
    [InlineData(ProfileFormat.Text)]
    public void Views_OfAProfile_HaveNone(ProfileFormat format) => ForAll(Secrets.InText, planted =>
    {
        using var view = new MemoryStream();
        ProfileFormats.Write(Named(planted.Text), view, format);
        var output = RedactText(view.ToArray());
        AssertGone(planted, output);
        AssertGone(planted, Encoding.UTF8.GetBytes(WebUtility.HtmlDecode(Encoding.UTF8.GetString(output))));
        if (format == ProfileFormat.Speedscope)
            Assert.Equal(3, Speedscope.Read(new MemoryStream(output)).Samples[0].Values[0]);
        if (format == ProfileFormat.Folded)
            Assert.Equal(3, Folded.Read(new MemoryStream(output)).Samples[0].Values[0]);
        if (format == ProfileFormat.FlameGraphSvg)
            XDocument.Parse(Encoding.UTF8.GetString(output));
    });

    [Fact]
    public void Html_FlameGraph_HasNoneInItsData() => Prop.ForAll(Arb.From(Secrets.InText), planted =>
    {
        using var view = new MemoryStream();
        ProfileFormats.Write(Everywhere(planted.Text), view, ProfileFormat.FlameGraphHtml);
        var page = Encoding.UTF8.GetString(RedactText(view.ToArray()));
        AssertGone(planted, Encoding.UTF8.GetBytes(WebUtility.HtmlDecode(page)));
        var start = page.IndexOf("id=\"profile\">", StringComparison.Ordinal) + "id=\"profile\">".Length;
        using var zlib = new ZLibStream(new MemoryStream(Convert.FromBase64String(page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)])), CompressionMode.Decompress);
        using var data = new MemoryStream();
        zlib.CopyTo(data);
        AssertGone(planted, data.ToArray());
    }).Check(s_fixed.WithMaxTest(100));

    [Fact]
    public void Html_FlameGraphWithoutSecrets_OpensAsBefore()
    {
        using var view = new MemoryStream();
        ProfileFormats.Write(Named("main.(*server).serve"), view, ProfileFormat.FlameGraphHtml);
        Assert.Equal(Encoding.UTF8.GetString(view.ToArray()), Encoding.UTF8.GetString(RedactText(view.ToArray())));
    }

    static Profile Named(string name)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.AddSample([builder.Location(-1, 0, [new Line(builder.Function(name), 1)]), builder.Location(-1, 0, [new Line(builder.Function("main.main"), 1)])], [3]);
        return builder.Build();
    }

    [Fact]
    public void Text_PercentEncoded() => ForAll(Secrets.InText, planted =>
        Assert.DoesNotContain(planted.Hidden, Uri.UnescapeDataString(Encoding.UTF8.GetString(RedactText(Uri.EscapeDataString(planted.Text)))), StringComparison.Ordinal));

    [Fact]
    public void Text_Twice_IsTextOnce() => ForAll(Secrets.InText, planted =>
    {
        var once = RedactText(planted.Text);
        Assert.Equal(Encoding.UTF8.GetString(once), Encoding.UTF8.GetString(RedactText(once)));
    });

    [Fact]
    public void Pprof_Twice_IsPprofOnce() => ForAll(Secrets.InText, planted =>
    {
        var once = s_redactor.Redact(Everywhere(planted.Text)).Result;
        Assert.Equal(ProfileWriter.ToBytes(once), ProfileWriter.ToBytes(s_redactor.Redact(once).Result));
    });

    [Fact]
    public void Text_WithoutSecrets_PassesUnchanged() =>
        Prop.ForAll(Arb.From(Secrets.Plain), text => Encoding.UTF8.GetString(RedactText(text)) == text).Check(s_fixed);
}
