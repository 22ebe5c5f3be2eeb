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
}
