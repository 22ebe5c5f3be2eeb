using System.Text;
using Vitrine.Doors.Looks;
using Vitrine.Guard.Redaction;

namespace Vitrine.Doors.Tests.Looks;

public sealed class RedactedCommandLinesTests
{
    readonly RedactedCommandLines _lines = new();
    readonly Redactor _redactor = new(RedactionRules.Default);

    static byte[] Arguments(string password) => Encoding.UTF8.GetBytes($"shop\0--password\0{password}\0--verbose");

    [Fact]
    public void Redact_AskedAgain_IsTheSameAnswer_WithItsCounts()
    {
        var once = _lines.Redact(_redactor, Arguments("hunter2"), out var counts);
        var again = _lines.Redact(_redactor, Arguments("hunter2"), out var countsAgain);

        Assert.Equal(CommandLineRedaction.Redact(_redactor, Arguments("hunter2"), out var expected), again.ToArray());
        Assert.Equal(once.ToArray(), again.ToArray());
        Assert.Equal(expected, countsAgain);
        Assert.Equal(expected, counts);
        Assert.Equal(1, _lines.Count);
    }

    [Fact]
    public void Redact_OtherArguments_OrOtherRules_AreNotTheAnswerOfBefore()
    {
        Assert.DoesNotContain("hunter2", Text(_lines.Redact(_redactor, Arguments("hunter2"), out _)), StringComparison.Ordinal);
        Assert.Contains("--quiet", Text(_lines.Redact(_redactor, "shop\0--quiet"u8, out _)), StringComparison.Ordinal);
        // Other rules, as after a change of the settings.
        var others = new Redactor(RedactionRules.Default);
        _lines.Redact(others, Arguments("hunter2"), out _);
        Assert.Equal(3, _lines.Count);
    }

    [Fact]
    public void Redact_MoreCommandLinesThanAreKept_StaysBounded_AndLongOnesAreNotKept()
    {
        for (var i = 0; i < 10 * RedactedCommandLines.MostKept; i++) _lines.Redact(_redactor, Arguments($"hunter{i}"), out _);
        var kept = _lines.Count;
        Assert.InRange(kept, 1, RedactedCommandLines.MostKept);

        _lines.Redact(_redactor, Arguments(new('a', RedactedCommandLines.MostBytes)), out _);
        Assert.Equal(kept, _lines.Count);
    }

    static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
