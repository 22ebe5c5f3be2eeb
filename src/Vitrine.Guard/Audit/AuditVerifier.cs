using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Vitrine.Guard.Audit;

/// <summary>Checks a log: every record's hash, and that each follows the one before. What is wrong is named at the first place, by what stands around it.</summary>
public sealed class AuditVerifier
{
    // What is read beyond a break, to say what it is.
    const int MostBeyond = 1_000_000;

    readonly AuditKey _key;
    readonly string? _follows;
    readonly IReadOnlyList<string> _files;
    readonly List<string> _remarks = [];
    AuditLink? _last, _beforeLast;
    (string File, long Line)? _lastAt;
    long _records;
    Line? _begin;
    bool _isBeginKnown;

    AuditVerifier(IReadOnlyList<string> files, AuditKey key, string? follows) => (_files, _key, _follows) = (files, key, follows);

    /// <summary>Checks the files of one log.</summary>
    /// <param name="files">In the order in which they were written: the file itself comes last.</param>
    /// <param name="key">With which key, or none.</param>
    /// <param name="expected">A hash that must be there, 64 hexadecimal digits; null when nothing is known of the end.</param>
    /// <param name="follows">The hash that the first record must follow: the last one of the files that are kept elsewhere. Null when nothing is known of the beginning: then the log begins with its first record, or with the one after those that its own
    /// retention has removed, as a record in it says.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static AuditVerdict Verify(IReadOnlyList<string> files, AuditKey key, string? expected = null, string? follows = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(key);
        return new AuditVerifier(files, key, follows).Run(expected);
    }

    AuditVerdict Run(string? expected)
    {
        var hasExpected = expected is null;
        Unfinished? unfinished = null;
        foreach (var line in Lines())
        {
            // What is no record is in order where the next record says that it was not finished.
            if (line.Text is { } text && line.IsWhole)
            {
                (unfinished ??= new(line)).Add(text);
                continue;
            }
            if (unfinished is not null)
            {
                if (line.Link is not { Holds: true } || line.Partial != unfinished.Partial) return Verdict(line.IsWhole ? NoRecord(unfinished.First) : NoRecord(line));
                _remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{unfinished.First.File}:{unfinished.First.Number}: {line.Partial!.Bytes} bytes are no record: a line was not finished; the record that follows says so"));
                unfinished.Dispose();
                unfinished = null;
            }
            if (WhatIsWrong(line) is { } wrong) return Verdict(wrong);
            (_beforeLast, _last, _lastAt) = (_last, line.Link, (line.File, line.Number));
            _records++;
            hasExpected |= line.Link!.Hash == expected;
            if (_begin is { BeginsFile: true, Link: { } first } && line.Drop is { } drop && drop.LastSequence == first.Sequence - 1 && drop.LastHash == first.Previous && !_isBeginKnown)
            {
                _isBeginKnown = true;
                _remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{_begin.File}:{_begin.Number}: the log begins with record {first.Sequence}; what came before was removed by its own retention, as record {line.Link.Sequence} says"));
            }
        }
        if (unfinished is not null) return Verdict(NoRecord(unfinished.First));
        if (_last is null) return Verdict(new(_files[^1], 1, expected is null ? AuditBreakKind.Missing : AuditBreakKind.Truncated, "there is no record"));
        if (_begin is not null && !_isBeginKnown) return Verdict(MissingBegin(_begin, _begin.Link!));
        return Verdict(hasExpected ? null : new(_lastAt!.Value.File, _lastAt.Value.Line, AuditBreakKind.Truncated,
            string.Create(CultureInfo.InvariantCulture, $"the record with the expected hash is not there: the log ends with record {_last.Sequence}, and what came after it was cut off")));
    }

    AuditVerdict Verdict(AuditBreak? wrong) => new() { Records = _records, LastSequence = _last?.Sequence ?? 0, LastHash = _last?.Hash ?? AuditLine.NoHash, Break = wrong, Remarks = _remarks };

    AuditBreak? WhatIsWrong(Line line)
    {
        if (line.Link is not { Holds: true } link) return NoRecord(line);
        if (_last is null)
        {
            if (link.Sequence == 1 && link.Previous != AuditLine.NoHash) return line.Broken(AuditBreakKind.Changed, "the first record follows another one");
            if (_follows is null) _begin = link.Sequence > 1 ? line : null;
            else if (link.Previous != _follows) return MissingBegin(line, link);
            return null;
        }
        return link.Sequence == _last.Sequence + 1 && link.Previous == _last.Hash ? null : OutOfPlace(line, link);
    }

    // Whether somebody has put these records elsewhere or has removed them cannot be told from what is left.
    AuditBreak MissingBegin(Line line, AuditLink first)
    {
        var missing = first.Sequence == 1 ? "the log begins with record 1" : first.Sequence == 2 ? "record 1 is not there" : string.Create(CultureInfo.InvariantCulture, $"records 1 to {first.Sequence - 1} are not there");
        if (_follows is not null) return line.Broken(AuditBreakKind.Missing, $"{missing}, and the first one that is does not follow the hash that was given: it follows {first.Previous}");
        return line.Broken(AuditBreakKind.Missing, line.BeginsFile
            ? $"{missing}, and no record says that the log's own retention removed them: give the earlier files too, or, where they are kept elsewhere, the hash with which they end (--follows), which must be {first.Previous}"
            : $"{missing}: the log begins in the middle of a file, which no rotation does");
    }

    AuditBreak NoRecord(Line line)
    {
        if (!line.IsWhole) return line.Broken(AuditBreakKind.Truncated, "the line is not whole: it was cut off, or the program ended, or still is, in the middle of writing it");
        if (_last is not null && Beyond(line).FirstOrDefault(beyond => beyond.Holds) is { } next && next.Previous == _last.Hash)
            return line.Broken(AuditBreakKind.Inserted, string.Create(CultureInfo.InvariantCulture, $"the line is none of the log: record {next.Sequence}, which comes after it, follows record {_last.Sequence}, which comes before"));
        return line.Broken(AuditBreakKind.Changed, line.Link is { } link
            ? string.Create(CultureInfo.InvariantCulture, $"record {link.Sequence} is not as it was written: its hash is another one") + (_key.Id is null && line.Algorithm == "hmac-sha256" ? "; the log has a key, and none was given" : "")
            : "the line is no record");
    }

    // It holds by itself, and does not follow what comes before it.
    AuditBreak OutOfPlace(Line line, AuditLink link)
    {
        var last = _last!;
        if (link.Previous == _beforeLast?.Hash && link.Sequence == last.Sequence)
        {
            // Somebody who could make a record that holds: the one that was there goes on from the one before that.
            _records--;
            var at = _lastAt!.Value;
            (_last, _beforeLast) = (_beforeLast, null);
            return new(at.File, at.Line, AuditBreakKind.Inserted, string.Create(CultureInfo.InvariantCulture, $"there are two records {link.Sequence}, one after the other: one of them was put in"));
        }
        if (Before(line).FirstOrDefault(before => before.Link?.Hash == link.Hash) is { } original)
            return line.Broken(AuditBreakKind.Inserted, string.Create(CultureInfo.InvariantCulture, $"the line is a copy of {original.File}:{original.Number}"));
        if (Beyond(line).Any(beyond => beyond.Holds && beyond.Sequence == last.Sequence + 1 && beyond.Previous == last.Hash))
            return line.Broken(link.Sequence > last.Sequence ? AuditBreakKind.Reordered : AuditBreakKind.Inserted,
                string.Create(CultureInfo.InvariantCulture, $"record {link.Sequence} stands where record {last.Sequence + 1} was written, which comes later"));
        if (link.Sequence > last.Sequence + 1)
        {
            var missing = link.Sequence == last.Sequence + 2
                ? string.Create(CultureInfo.InvariantCulture, $"record {last.Sequence + 1} is not there")
                : string.Create(CultureInfo.InvariantCulture, $"records {last.Sequence + 1} to {link.Sequence - 1} are not there");
            return line.Broken(AuditBreakKind.Missing, $"{missing}: record {link.Sequence} follows record {last.Sequence}".Replace("  ", " ", StringComparison.Ordinal));
        }
        return line.Broken(link.Sequence <= last.Sequence ? AuditBreakKind.Inserted : AuditBreakKind.Changed,
            string.Create(CultureInfo.InvariantCulture, $"record {link.Sequence} does not follow record {last.Sequence} as it stands here: one of them was written anew"));
    }

    IEnumerable<AuditLink> Beyond(Line line) => Lines().SkipWhile(other => !(other.FileIndex == line.FileIndex && other.Number == line.Number)).Skip(1).Take(MostBeyond).Select(other => other.Link).OfType<AuditLink>();

    IEnumerable<Line> Before(Line line) => Lines().TakeWhile(other => !(other.FileIndex == line.FileIndex && other.Number == line.Number));

    IEnumerable<Line> Lines()
    {
        for (var i = 0; i < _files.Count; i++)
        {
            using var file = new FileStream(_files[i], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            var reader = new AuditLineReader(file);
            while (reader.Read())
                yield return Describe(reader, i);
        }
    }

    Line Describe(AuditLineReader reader, int file)
    {
        var link = reader is { IsWhole: true, IsTooLong: false } ? AuditLine.Read(reader.Line, _key) : null;
        var line = new Line(_files[file], file, reader.Number, reader.IsWhole, link);
        if (link is not null) return Details(line, reader.Line);
        return reader.IsTooLong ? line : line with { Text = reader.Line.ToArray() };
    }

    static Line Details(Line line, ReadOnlySpan<byte> text)
    {
        // Few records have something that the chain needs.
        if (text.IndexOf("\"partial_bytes\":"u8) < 0 && text.IndexOf("\"chain\":"u8) < 0 && text.IndexOf("\"dropped_seq\":"u8) < 0) return line;
        try
        {
            var sequence = new ReadOnlySequence<byte>(text.ToArray());
            using var document = JsonDocument.Parse(sequence, new JsonDocumentOptions { MaxDepth = 4 });
            var root = document.RootElement;
            var what = root.TryGetProperty("event", out var name) ? name.GetString() : null;
            if (what == "opened") return line with { IsOpening = true, Algorithm = root.TryGetProperty("chain", out var chain) ? chain.GetString() : null };
            if (what == "dropped") return line with { Drop = root.TryGetProperty("dropped_seq", out var seq) && seq.TryGetInt64(out var last) && root.TryGetProperty("dropped_hash", out var of) && of.GetString() is { } end ? new(0, last, end) : null };
            if (what != "repaired" || !root.TryGetProperty("partial_bytes", out var bytes) || !bytes.TryGetInt64(out var length) || !root.TryGetProperty("partial_sha256", out var hash) || hash.GetString() is not { } digest) return line;
            return line with { Partial = new(length, digest) };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return line;
        }
    }

    sealed record Line(string File, int FileIndex, long Number, bool IsWhole, AuditLink? Link)
    {
        /// <summary>Of what is no record: itself.</summary>
        public byte[]? Text { get; init; }

        /// <summary>Of a record that says what before it is none: how much.</summary>
        public AuditPartial? Partial { get; init; }

        /// <summary>Of a record that says that a file was removed: with what that ended.</summary>
        public AuditDrop? Drop { get; init; }

        /// <summary>Whether it is the first record of a file, or of who goes on with it.</summary>
        public bool IsOpening { get; init; }

        /// <summary>Whether a file can begin with it: it does with a repair where the program ended in the middle of the first line.</summary>
        public bool BeginsFile => IsOpening || Partial is not null;

        /// <summary>Of the first record of a file: how it is hashed.</summary>
        public string? Algorithm { get; init; }

        public AuditBreak Broken(AuditBreakKind kind, string message) => new(File, Number, kind, message);
    }

    /// <summary>Lines that are no records, one after the other.</summary>
    sealed class Unfinished(Line first) : IDisposable
    {
        readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long _bytes = -1;

        public Line First { get; } = first;

        public AuditPartial Partial => new(_bytes, Convert.ToHexStringLower(_hash.GetCurrentHash()));

        public void Add(ReadOnlySpan<byte> line)
        {
            // The end of the line before.
            if (_bytes >= 0) _hash.AppendData("\n"u8);
            _hash.AppendData(line);
            _bytes += 1 + line.Length;
        }

        public void Dispose() => _hash.Dispose();
    }
}
