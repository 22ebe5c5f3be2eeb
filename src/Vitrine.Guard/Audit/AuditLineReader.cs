namespace Vitrine.Guard.Audit;

/// <summary>Lines of a log's file, in bounded memory, whatever the file is.</summary>
sealed class AuditLineReader(Stream stream)
{
    readonly byte[] _input = new byte[64 * 1024];
    readonly byte[] _line = new byte[AuditLine.MaximumBytes];
    int _begin, _end, _length;

    /// <summary>The line's number, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The line without its end; of one that is too long, its beginning. Until the next one is read.</summary>
    public ReadOnlySpan<byte> Line => _line.AsSpan(0, _length);

    /// <summary>Whether the line has an end; only the last one of a file can be without.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Whether it is longer than a record can be.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Reads the next line; false when there is none.</summary>
    public bool Read()
    {
        (IsWhole, IsTooLong, _length) = (false, false, 0);
        var isEmpty = true;
        while (!IsWhole)
        {
            if (_begin == _end)
            {
                (_begin, _end) = (0, stream.Read(_input));
                if (_end == 0) break;
            }
            isEmpty = false;
            var input = _input.AsSpan(_begin, _end - _begin);
            var found = input.IndexOf((byte)'\n');
            IsWhole = found >= 0;
            var part = IsWhole ? input[..found] : input;
            var fits = Math.Min(part.Length, _line.Length - _length);
            part[..fits].CopyTo(_line.AsSpan(_length));
            _length += fits;
            IsTooLong |= fits < part.Length;
            _begin += part.Length + (IsWhole ? 1 : 0);
        }
        if (!isEmpty) Number++;
        return !isEmpty;
    }
}
