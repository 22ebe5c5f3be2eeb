using System.Buffers;
using System.Text;
using Vitrine.Guard.Redaction;
using Vitrine.Pprof;

namespace Vitrine.Guard.Tests.Redaction;

/// <summary>Rules that users add and switch off, keys, and labels.</summary>
public sealed class RedactionRulesTests
{
    static string Redact(RedactionRules rules, string text)
    {
        var output = new ArrayBufferWriter<byte>();
        new Redactor(rules).RedactText(Encoding.UTF8.GetBytes(text), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    [Fact]
    public void With_APattern_IsApplied() => Assert.Equal("order <order>, ünï <order>", Redact(RedactionRules.Default.With("order", "ORD-[0-9]+", "<order>"), "order ORD-12, ünï ORD-99"));

    [Fact]
    public void With_WithoutReplacement_HasATag() => Assert.Matches("^‹order:[0-9a-f]{8}› x$", Redact(RedactionRules.Default.With("order", "ORD-[0-9]+"), "ORD-12 x"));

    [Theory]
    [InlineData("x", "(a")]
    [InlineData("x", "(?=a)")]
    [InlineData("x", "")]
    [InlineData("x", "(a{100}){101}")]
    [InlineData("email", "a")]
    [InlineData("Bad Name", "a")]
    public void With_WhatCannotBe_NamesTheRule(string name, string pattern) =>
        Assert.Contains($"\"{name}\"", Assert.Throws<ArgumentException>(() => RedactionRules.Default.With(name, pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void With_TooLongAPattern_NamesTheRule() =>
        Assert.Contains("\"x\"", Assert.Throws<ArgumentException>(() => RedactionRules.Default.With("x", new string('a', 2000))).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_ARule_LeavesWhatItFinds() => Assert.Equal("a@b.example", Redact(RedactionRules.Default.Without("email"), "a@b.example"));

    [Fact]
    public void Without_NoSuchRule_ListsThose() => Assert.Contains("ipv4", Assert.Throws<ArgumentException>(() => RedactionRules.Default.Without("emial")).Message, StringComparison.Ordinal);

    [Fact]
    public void Tags_OfOneKey_AreTheSameInEveryProcess()
    {
        var key = Encoding.ASCII.GetBytes("0123456789abcdef");
        Assert.Equal(Redact(RedactionRules.Default.WithKey(key), "a@b.example"), Redact(RedactionRules.Default.WithKey(key), "a@b.example"));
        Assert.NotEqual(Redact(RedactionRules.Default.WithKey(key), "a@b.example"), Redact(RedactionRules.Default, "a@b.example"));
        Assert.Throws<ArgumentException>(() => RedactionRules.Default.WithKey(key.AsSpan(1)));
    }

    [Fact]
    public void WithoutTags_MasksAreAllTheSame() => Assert.Equal("‹email› ‹email›", Redact(RedactionRules.Default.WithoutTags(), "a@b.example c@d.example"));

    [Fact]
    public void From_Options_IsAllOfThem()
    {
        var rules = RedactionRules.From(new RedactionOptions { Tags = false, Without = { "ipv4" }, AllowLabels = { "tenant" }, DenyLabels = { "route" }, Rules = { new RedactionRuleOptions { Name = "order", Pattern = "ORD-[0-9]+" } } });
        Assert.Equal("10.0.0.1 ‹order›", Redact(rules, "10.0.0.1 ORD-1"));
        Assert.Equal(["route=‹label›", "tenant=acme", "user=‹label›"], Labels(rules, new("tenant", "acme"), new("route", "/a"), new("user", "bob")));
    }

    static string[] Labels(RedactionRules rules, params Label[] labels)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.AddSample([], [1], labels);
        return [.. new Redactor(rules).Redact(builder.Build()).Result.Samples[0].Labels.Select(label => $"{label.Key}={label.Text ?? $"{label.Number} {label.Unit}"}")];
    }

    [Fact]
    public void Labels_GoByTheirKeys() => Assert.Equal(
        ["error=‹exception›", "http.route=/cart/{id}", "password=‹secret›", "thread=worker of ‹email›", "user_id=‹label›", "bytes=16 ", "latency=5 ms"],
        Labels(RedactionRules.Default.WithoutTags(), new("http.route", "/cart/{id}"), new("thread", "worker of a@b.example"), new("bytes", null, 16), new("user_id", null, 42), new("latency", null, 5, "ms"), new("password", "x"), new("error", "boom")));

    /// <summary>The first vectors of the reference implementation (vectors.h, 64-bit, key 00 01 … 0f, input 00 01 …).</summary>
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31)]
    [InlineData(1, 0x74f839c593dc67fd)]
    [InlineData(7, 0xab0200f58b01d137)]
    [InlineData(8, 0x93f5f5799a932462)]
    [InlineData(15, 0xa129ca6149be45e5)]
    public void SipHash_OfTheReferenceVectors(int length, ulong expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        Assert.Equal(expected, new SipHash(bytes).Of(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Examples_OfTheShippedRules_AreWhatHappens()
    {
        foreach (var rule in RedactionRules.Default.All.Where(rule => rule.Name is not "label"))
        {
            var after = System.Text.RegularExpressions.Regex.Replace(Redact(RedactionRules.Default, rule.Before), ":[0-9a-f]{8}›", ":3f2a91c0›");
            Assert.Equal(rule.After, after);
        }
    }
}
