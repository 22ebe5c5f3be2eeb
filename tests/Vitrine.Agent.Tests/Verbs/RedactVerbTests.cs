using System.Text;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine profile redact</c>: files in, files out, counts, and what is refused.</summary>
public sealed class RedactVerbTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-redact-");

    public void Dispose() => _folder.Delete(recursive: true);

    string PathOf(string name) => Path.Combine(_folder.FullName, name);

    string Text(string name, string content)
    {
        File.WriteAllText(PathOf(name), content);
        return PathOf(name);
    }

    [Fact]
    public void Redact_Profile_WritesOneWithoutItsSecretsAndCounts()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.Comments.Add("from 10.0.0.1");
        builder.AddSample([], [1], [new("tenant", "acme"), new("user", "bob")]);
        ProfileWriter.WriteFile(builder.Build(), PathOf("in.pb.gz"));
        var run = VitrineProgram.Run("profile", "redact", PathOf("in.pb.gz"), "-o", PathOf("out.pb"), "--allow-label", "tenant");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Contains("2 places taken out: ipv4 1, label 1", run.Errors, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(PathOf("out.pb"));
        Assert.True(bytes.AsSpan().IndexOf("10.0.0.1"u8) < 0 && bytes.AsSpan().IndexOf("bob"u8) < 0);
        Assert.True(bytes.AsSpan().IndexOf("acme"u8) >= 0);
    }

    [Fact]
    public void Redact_TextWithRulesOfOnesOwn_AppliesThem()
    {
        var run = VitrineProgram.Run("profile", "redact", Text("dump.txt", "ORD-12 from 10.0.0.1\n"), "--rule", "order=ORD-[0-9]+", "--without", "ipv4", "-q");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches("^‹order:[0-9a-f]{8}› from 10.0.0.1\n$", run.Output);
        Assert.Empty(run.Errors);
    }

    [Fact]
    public void Redact_OneKeyFile_GivesTheSameMasks()
    {
        File.WriteAllBytes(PathOf("key"), Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"));
        File.SetUnixFileMode(PathOf("key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] arguments = ["profile", "redact", Text("a.txt", "a@b.example"), "--key-file", PathOf("key")];
        Assert.Equal(VitrineProgram.Run(arguments).Output, VitrineProgram.Run(arguments).Output);
    }

    [Fact]
    public void Redact_List_ShowsTheRules() => Assert.Contains("\nemail ", VitrineProgram.Run("profile", "redact", "--list").Output, StringComparison.Ordinal);

    [Theory]
    [InlineData(ExitCode.Usage, "\"order\"", "--rule", "order=[")]
    [InlineData(ExitCode.Usage, "NAME=PATTERN", "--rule", "order")]
    [InlineData(ExitCode.Usage, "emial", "--without", "emial")]
    [InlineData(ExitCode.Usage, "another format", "-o", "x.svg")]
    public void Redact_WhatCannotBe_SaysWhy(int code, string says, string option, string value)
    {
        var run = VitrineProgram.Run("profile", "redact", Text("dump.txt", "x"), option, value);
        Assert.Equal(code, run.ExitCode);
        Assert.Contains(says, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Redact_ARecording_IsRefusedAndNothingWritten()
    {
        var run = VitrineProgram.Run("profile", "redact", Text("x.nettrace", "Nettrace and more"), "-o", PathOf("out.nettrace"));
        Assert.Equal(ExitCode.BadFile, run.ExitCode);
        Assert.Contains("nettrace", run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("out.nettrace")));
    }
}
