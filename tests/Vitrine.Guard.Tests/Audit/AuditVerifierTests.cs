using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrine.Guard.Audit;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Audit;

public sealed class AuditVerifierTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly List<string> _lines;

    public AuditVerifierTests()
    {
        using (var log = new AuditLog(_folder)) log.Write(9);
        _lines = [.. File.ReadAllLines(_folder["audit.log"])];
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Verify_AnUntouchedLog_Holds()
    {
        var verdict = Verify();

        Assert.Equal((10, 10, null), (verdict.Records, verdict.LastSequence, verdict.Break));
        Assert.Equal(Hash(_lines[^1]), verdict.LastHash);
        Assert.Empty(verdict.Remarks);
    }

    [Fact]
    public void Verify_EveryByteChanged_IsSeenAtItsLine()
    {
        for (var line = 0; line < _lines.Count; line++)
        {
            for (var at = 0; at < _lines[line].Length; at++)
            {
                var tampered = _lines.ToList();
                tampered[line] = $"{_lines[line][..at]}{(char)(_lines[line][at] ^ 1)}{_lines[line][(at + 1)..]}";
                File.WriteAllLines(_folder["audit.log"], tampered);
                var verdict = Verify();
                Assert.True(verdict.Break?.Line == line + 1 && verdict.Records == line, $"line {line + 1}, character {at + 1}: {verdict.Break}");
            }
        }
    }

    [Fact]
    public void Verify_AChangedRecord_IsChanged() =>
        Expect(AuditBreakKind.Changed, 4, "record 4 is not as it was written", lines => lines[3] = lines[3].Replace("somebody 2", "somebody 7", StringComparison.Ordinal));

    [Fact]
    public void Verify_AChangedRecordWithItsHashMadeAnew_IsSeenAtTheNext() =>
        Expect(AuditBreakKind.Changed, 5, "record 5 does not follow record 4 as it stands here", lines => lines[3] = Rehash(lines[3].Replace("somebody 2", "somebody 7", StringComparison.Ordinal)));

    [Fact]
    public void Verify_ARecordTakenOut_IsMissing() => Expect(AuditBreakKind.Missing, 4, "record 4 is not there", lines => lines.RemoveAt(3));

    [Fact]
    public void Verify_RecordsTakenOut_AreMissing() => Expect(AuditBreakKind.Missing, 4, "records 4 to 6 are not there", lines => lines.RemoveRange(3, 3));

    [Fact]
    public void Verify_ALineOfAnotherKindPutIn_IsInserted() => Expect(AuditBreakKind.Inserted, 4, "the line is none of the log", lines => lines.Insert(3, "something"));

    [Fact]
    public void Verify_ARecordThatDoesNotHoldPutIn_IsInserted() =>
        Expect(AuditBreakKind.Inserted, 4, "the line is none of the log", lines => lines.Insert(3, lines[3].Replace("somebody", "anybody", StringComparison.Ordinal)));

    [Fact]
    public void Verify_ACopyPutIn_IsInserted() => Expect(AuditBreakKind.Inserted, 7, "the line is a copy of ", lines => lines.Insert(6, lines[2]));

    [Fact]
    public void Verify_ARecordThatHoldsPutIn_IsInserted() =>
        Expect(AuditBreakKind.Inserted, 4, "there are two records 4", lines => lines.Insert(3, Rehash(lines[3].Replace("somebody 2", "nobody", StringComparison.Ordinal))));

    [Fact]
    public void Verify_TwoRecordsExchanged_AreReordered() => Expect(AuditBreakKind.Reordered, 4, "record 5 stands where record 4 was written", lines => (lines[3], lines[4]) = (lines[4], lines[3]));

    [Fact]
    public void Verify_ARecordMovedToTheEnd_IsReordered() => Expect(AuditBreakKind.Reordered, 4, "record 5 stands where record 4 was written", lines =>
    {
        lines.Add(lines[3]);
        lines.RemoveAt(3);
    });

    [Fact]
    public void Verify_TheBeginningCutOff_IsMissing()
    {
        File.WriteAllLines(_folder["audit.log"], _lines[2..]);

        var verdict = Verify();

        Assert.Equal((AuditBreakKind.Missing, 1, _lines.Count - 2), (verdict.Break!.Kind, verdict.Break.Line, verdict.Records));
        Assert.Contains("records 1 to 2 are not there: the log begins in the middle of a file", verdict.Break.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_TheEndCutOff_IsSeenByTheHashThatWasKept()
    {
        var kept = Verify().LastHash;
        File.WriteAllLines(_folder["audit.log"], _lines[..7]);

        Assert.Null(Verify().Break);
        var verdict = Verify(kept);
        Assert.Equal((AuditBreakKind.Truncated, 7, 7), (verdict.Break!.Kind, verdict.Break.Line, verdict.Records));

        // What was written since does not matter.
        File.WriteAllLines(_folder["audit.log"], _lines);
        Assert.Null(Verify(Hash(_lines[4])).Break);
    }

    [Fact]
    public void Verify_TheLastLineCut_IsTruncated()
    {
        File.WriteAllText(_folder["audit.log"], string.Join('\n', _lines)[..^5]);

        var verdict = Verify();

        Assert.Equal((AuditBreakKind.Truncated, 10, 9), (verdict.Break!.Kind, verdict.Break.Line, verdict.Records));
    }

    [Fact]
    public void Verify_ARepairThatIsNotOfThisLine_DoesNotHideIt()
    {
        File.AppendAllText(_folder["audit.log"], "{\"seq\":");
        using (var log = new AuditLog(_folder)) log.Write(1);
        Assert.Null(Verify().Break);
        File.WriteAllText(_folder["audit.log"], File.ReadAllText(_folder["audit.log"]).Replace("{\"seq\":\n", "{\"seb\":\n", StringComparison.Ordinal));

        Assert.Equal(11, Verify().Break!.Line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("{}")]
    [InlineData("{\"seq\":1}\n")]
    public void Verify_WhatIsNoLog_DoesNotHold(string text)
    {
        File.WriteAllText(_folder["audit.log"], text);

        Assert.NotNull(Verify().Break);
    }

    [Fact]
    public void Verify_BytesOfAnyKind_NeverThrows()
    {
        var random = new Random(7);
        var original = File.ReadAllBytes(_folder["audit.log"]);
        for (var round = 0; round < 300; round++)
        {
            var bytes = original.ToList();
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.RemoveRange(at, random.Next(Math.Min(400, bytes.Count - at))); break;
                    case 2: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), 200)); break;
                    default: bytes.InsertRange(at, new byte[random.Next(3) * 70_000]); break;
                }
            }
            File.WriteAllBytes(_folder["audit.log"], [.. bytes]);
            var verdict = Verify();
            // Only a cut at the end of a line leaves nothing to be seen.
            Assert.True(verdict.Break is not null || File.ReadAllText(_folder["audit.log"]) is var now && (Encoding.UTF8.GetString(original).StartsWith(now, StringComparison.Ordinal) || Encoding.UTF8.GetString(original).EndsWith(now, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Hashes_ComputedByOtherPrograms_AreTheSame()
    {
        // The documented rule, with nothing of ours: the line without its last member.
        var previous = new string('0', 64);
        foreach (var line in _lines)
        {
            var hash = JsonNode.Parse(line)!["hash"]!.GetValue<string>();
            Assert.Equal(previous, JsonNode.Parse(line)!["prev"]!.GetValue<string>());
            var hashed = line.Replace($",\"hash\":\"{hash}\"", "", StringComparison.Ordinal);
            Assert.Equal(hash, Pipe("sha256sum", hashed).Split(' ')[0]);
            previous = hash;
        }
    }

    [Fact]
    public void HashesWithAKey_ComputedByOpenssl_AreTheSame()
    {
        if (!File.Exists("/usr/bin/openssl")) Assert.Skip("openssl is not installed: apt-get install openssl");
        using var folder = new TestFolder();
        var key = folder.Write("key", "0123456789abcdef0123456789abcdef\n");
        using var log = new AuditLog(folder, options => options.KeyFile = key).Write(2);
        foreach (var line in log.Lines())
        {
            var hash = JsonNode.Parse(line)!["hash"]!.GetValue<string>();
            Assert.Equal(hash, Pipe("openssl", line.Replace($",\"hash\":\"{hash}\"", "", StringComparison.Ordinal), "dgst", "-sha256", "-hmac", "0123456789abcdef0123456789abcdef").Split(' ')[^1].Trim());
        }
    }

    void Expect(AuditBreakKind kind, long line, string message, Action<List<string>> tamper)
    {
        var lines = _lines.ToList();
        tamper(lines);
        File.WriteAllLines(_folder["audit.log"], lines);

        var verdict = Verify();

        Assert.Equal((kind, line), (verdict.Break!.Kind, verdict.Break.Line));
        Assert.Contains(message, verdict.Break.Message, StringComparison.Ordinal);
        Assert.Equal(line - 1, verdict.Records);
    }

    AuditVerdict Verify(string? expected = null) => AuditVerifier.Verify([_folder["audit.log"]], AuditKey.None, expected);

    static string Hash(string line) => JsonDocument.Parse(line).RootElement.GetProperty("hash").GetString()!;

    // What somebody does who knows the format, and has no key.
    static string Rehash(string line)
    {
        var body = line[..line.LastIndexOf(",\"hash\"", StringComparison.Ordinal)] + "}";
        return $"{body[..^1]},\"hash\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}\"}}";
    }

    static string Pipe(string program, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
