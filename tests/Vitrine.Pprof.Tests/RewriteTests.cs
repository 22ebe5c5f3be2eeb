using System.Buffers;
using System.Text;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests;

public sealed class RewriteTests
{
    sealed class Rewriter(Func<ProfileString, string?> rule) : IProfileRewriter
    {
        public List<ProfileString> Seen { get; } = [];

        public string? Rewrite(in ProfileString value)
        {
            Seen.Add(value);
            return rule(value);
        }
    }

    [Fact]
    public void Of_RewriterThatChangesNothing_GivesTheSameProfile() =>
        Assert.Equal(ProfileText.Of(Samples.Small()), ProfileText.Of(Rewrite.Of(Samples.Small(), new Rewriter(s => s.Text))));

    [Fact]
    public void Of_EveryStringInTheFile_IsSeenOncePerKind()
    {
        var rewriter = new Rewriter(s => s.Text);
        Rewrite.Of(Samples.Small(), rewriter);
        Assert.Equal(rewriter.Seen.Count, rewriter.Seen.Distinct().Count());
        Assert.Equal(Enum.GetValues<ProfileStringKind>(), rewriter.Seen.Select(s => s.Kind).Distinct().Order());
        Assert.Contains(new ProfileString(ProfileStringKind.LabelText, "blue", "tenant"), rewriter.Seen);
        Assert.Contains(new ProfileString(ProfileStringKind.SourceFile, "/src/main.go"), rewriter.Seen);
        Assert.All(rewriter.Seen, s => Assert.NotEmpty(s.Text));
    }

    [Fact]
    public void Of_RewriterThatHidesEverything_LeavesNoOldStringInTheFile()
    {
        var profile = Samples.Small();
        var old = new Rewriter(s => s.Text);
        Rewrite.Of(profile, old);
        var bytes = ProfileWriter.ToBytes(Rewrite.Of(profile, new Rewriter(s => $"#{s.Kind}")), gzip: false);
        Assert.All(old.Seen.Where(s => s.Text.Length > 5), s => Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(s.Text))));
    }

    [Fact]
    public void Of_NullForLabelOrComment_DropsIt()
    {
        var profile = Rewrite.Of(Samples.Small(), new Rewriter(s => s switch
        {
            { Kind: ProfileStringKind.LabelText, LabelKey: "tenant" } => null,
            { Kind: ProfileStringKind.LabelKey, Text: "request" } => null,
            { Kind: ProfileStringKind.Comment } => null,
            _ => s.Text,
        }));
        Assert.Equal([new Label("bytes", null, 16, "bytes")], profile.Samples[0].Labels);
        Assert.Equal([new Label("bytes", null, 32, "bytes")], profile.Samples[1].Labels);
        Assert.Empty(profile.Samples[3].Labels);
        Assert.Empty(profile.Comments);
    }

    /// <summary>Says of every string what a function says; bytes, as redaction does.</summary>
    sealed class Utf8Rewriter(Func<ProfileStringKind, string, string?> rule, Func<string, long, string?> numbers) : IUtf8ProfileRewriter
    {
        public RewriteOutcome Rewrite(ProfileStringKind kind, ReadOnlySpan<byte> text, ReadOnlySpan<byte> labelKey, IBufferWriter<byte> output) =>
            Say(rule(kind, Encoding.UTF8.GetString(text)), Encoding.UTF8.GetString(text), output);

        public RewriteOutcome RewriteNumber(ReadOnlySpan<byte> labelKey, ReadOnlySpan<byte> unit, long number, IBufferWriter<byte> output) =>
            Say(numbers(Encoding.UTF8.GetString(labelKey), number), "same", output);

        static RewriteOutcome Say(string? after, string before, IBufferWriter<byte> output)
        {
            if (after is null)
                return RewriteOutcome.Dropped;
            if (after == before)
                return RewriteOutcome.Unchanged;
            Encoding.UTF8.GetBytes(after, output);
            return RewriteOutcome.Changed;
        }
    }

    [Fact]
    public void Of_Utf8RewriterThatChangesNothing_GivesTheSameBytes() =>
        Assert.Equal(ProfileWriter.ToBytes(Samples.Small()), ProfileWriter.ToBytes(Rewrite.Of(Samples.Small(), new Utf8Rewriter((_, text) => text, (_, _) => "same"))));

    [Fact]
    public void Of_NumericLabelThatBecomesAText_StandsAmongTheTexts()
    {
        var profile = Rewrite.Of(Samples.Small(), new Utf8Rewriter((_, text) => text, (key, number) => key == "request" ? $"r{number}" : number == 16 ? null : "same"));
        Assert.Equal([new Label("tenant", "blue"), new Label("tenant", "also")], profile.Samples[0].Labels);
        Assert.Equal([new Label("request", "r7"), new Label("bytes", null, 32, "bytes")], profile.Samples[1].Labels);
    }

    [Fact]
    public void Of_StringThatStaysInOneRoleAndGoesInAnother_IsWhatEachSays()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.AddSample([builder.Location(-1, 0, [new Line(builder.Function("same", "", "same"), 1)])], [1], [new("key", "same"), new("other", "empty")]);
        var profile = Rewrite.Of(builder.Build(), new Utf8Rewriter((kind, text) => (kind, text) switch
        {
            (ProfileStringKind.SourceFile, _) => "another",
            (ProfileStringKind.LabelText, "same") => "same",
            (ProfileStringKind.LabelText, _) => "",
            _ => text,
        }, (_, _) => "same"));
        Assert.Equal(("same", "another"), (profile.Functions[0].Name, profile.Functions[0].FileName));
        Assert.Equal([new Label("key", "same")], profile.Samples[0].Labels);
    }

    [Fact]
    public void Of_ManyLabelsOfWhichSomeBecomeEqualAndSomeStay_GivesEachItsOwn()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        var location = builder.Location(-1, 0, [new Line(builder.Function("main.main"), 1)]);
        for (var i = 0; i < 2_000; i++)
            builder.AddSample([location], [1], [new("user", $"user {i}"), new("shard", $"shard {i % 7}"), new("number", null, i + 1, "")]);
        // Of three users one stays, one becomes a text that another has too, and one a text of its own.
        var redacted = Rewrite.Of(builder.Build(), new Rewriter(s => s.Kind == ProfileStringKind.LabelText && s.LabelKey == "user" ? New(int.Parse(s.Text[5..], null)) : s.Text));
        var expected = Enumerable.Range(0, 2_000).Select(i => $"number={i + 1} shard=shard {i % 7} user={New(i)}").Order(StringComparer.Ordinal);
        var merged = ProfileReader.Read(ProfileWriter.ToBytes(redacted));
        foreach (var profile in new[] { redacted, merged })
            Assert.Equal(expected, profile.Samples.Select(s => string.Join(' ', s.Labels.Select(l => $"{l.Key}={l.Text ?? $"{l.Number}"}").Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal));

        static string New(int i) => (i % 3) switch { 0 => $"user {i}", 1 => $"group {i % 10}", _ => $"someone {i}" };
    }
}
