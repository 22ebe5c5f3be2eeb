using System.Text;
using Vitrine.Doors.Looks;
using Vitrine.Guard.Redaction;

namespace Vitrine.Doors.Tests.Looks;

public sealed class CommandLineRedactionTests
{
    static readonly Redactor s_redactor = new(RedactionRules.Default);

    static string[] Redact(params string[] arguments) => Encoding.UTF8.GetString(CommandLineRedaction.Redact(s_redactor, Encoding.UTF8.GetBytes(string.Join('\0', arguments)), out _)).Split('\0');

    [Theory]
    [InlineData("--password", "hunter2"), InlineData("-password", "hunter2"), InlineData("--db-password", "hunter2 and more"), InlineData("--api-key", "hunter2"), InlineData("--client_secret", "hunter2"),
     InlineData("--authToken", "-hunter2"), InlineData("--Auth:Password", "hunter2"), InlineData("--connection-string", "Host=x;Pw=hunter2"), InlineData("--token", "\"hunter2\\")]
    public void Redact_ValueOfASecretFlag_IsMasked(string flag, string value)
    {
        var redacted = Redact("shop", flag, value, "--verbose");

        Assert.Equal(["shop", flag, "--verbose"], [redacted[0], redacted[1], redacted[3]]);
        Assert.StartsWith("‹secret", redacted[2], StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", redacted[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--password=correct horse hunter2"), InlineData("PASSWORD=it's \"hunter2\""), InlineData("/password=a hunter2")]
    public void Redact_AssignedSecret_IsMaskedToTheEndOfItsArgument(string argument)
    {
        var redacted = Redact("shop", argument, "next");

        Assert.StartsWith(argument[..(argument.IndexOf('=', StringComparison.Ordinal) + 1)] + "‹secret", redacted[1], StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", redacted[1], StringComparison.Ordinal);
        Assert.Equal("next", redacted[2]);
    }

    [Fact]
    public void Redact_WhatIsNoSecret_Stays() =>
        Assert.Equal(["shop", "--port", "8080", "--name=a b", "", "--token", "--verbose", "x"], Redact("shop", "--port", "8080", "--name=a b", "", "--token", "--verbose", "x"));

    [Fact]
    public void Redact_WhatIsASecretByItself_IsMaskedAsEverywhere() => Assert.DoesNotContain("alice", string.Concat(Redact("shop", "--to", "alice@example.com", "--url=https://alice:pw@host/")), StringComparison.Ordinal);

    [Fact]
    public void Redact_TellsWhatItTookOut()
    {
        CommandLineRedaction.Redact(s_redactor, "a\0--password\0b\0--token\0c\0d@example.com"u8, out var counts);

        Assert.Equal((2, 1), (counts["secret"], counts["email"]));
    }

    [Fact]
    public void Redact_TooManyArguments_LeavesTheRestOut()
    {
        var redacted = Redact([.. Enumerable.Repeat("a", CommandLineRedaction.MaximumArguments), "--password", "hunter2"]);

        Assert.Equal(CommandLineRedaction.MaximumArguments + 1, redacted.Length);
        Assert.DoesNotContain("hunter2", redacted[^1], StringComparison.Ordinal);
    }
}
