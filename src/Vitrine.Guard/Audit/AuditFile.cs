using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Vitrine.Guard.Audit;

/// <summary>
/// The audit log's file: one line a record, each with the hash of the one before. One process writes a file; a lock file beside it sees to that. What goes wrong closes the file, and it is opened again with
/// a later record, at most once a second: then its end is read, a line that was not finished is said to be none, and the chain goes on.
/// </summary>
sealed class AuditFile : IAuditSink
{
    static readonly string s_program = $"vitrine {typeof(AuditFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown"}";

    // How often it is looked at whether the file is still the one at its path, and how often a broken one is tried again.
    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    // At one rotation, for which a look waits. Where fewer files are to be kept than before, it takes some rotations until they are.
    const int MostDropped = 16;

    readonly string _path;
    readonly AuditOptions _options;
    readonly TimeProvider _time;
    readonly Func<string, IAppendFile> _open;
    readonly Action<string> _failed, _remark;
    readonly Lock _writing = new();
    readonly LineBuffer _line = new();
    readonly Utf8JsonWriter _json;
    readonly byte[] _last = new byte[AuditLine.NoHash.Length], _next = new byte[AuditLine.NoHash.Length];
    AuditKey? _key;
    FileStream? _lock;
    IAppendFile? _file;
    // The second one is for names only, which anybody who may write the folder can take.
    long _sequence, _length, _fileNumber, _asideNumber;
    bool _isKnown, _isClosed;
    long? _checkedAt, _failedAt;

    /// <summary>Makes it; the file is opened with the first record, or by <see cref="TryOpen"/>.</summary>
    /// <param name="options">With a file.</param>
    /// <param name="time">The clock of the records it writes itself.</param>
    /// <param name="failed">Takes a sentence when it cannot write.</param>
    /// <param name="remark">Takes what is worth saying otherwise.</param>
    /// <param name="open">Opens a file; null = one of the file system.</param>
    public AuditFile(AuditOptions options, TimeProvider time, Action<string> failed, Action<string> remark, Func<string, IAppendFile>? open = null)
    {
        (_options, _time, _failed, _remark, _open) = (options, time, failed, remark, open ?? AppendFile.Open);
        _path = Path.GetFullPath(options.FilePath!);
        _json = AuditLine.CreateWriter(_line);
    }

    /// <summary>Opens it now, so that what is wrong is said at the start; false when something is.</summary>
    public bool TryOpen()
    {
        lock (_writing) return IsOpen();
    }

    public bool TryWrite(AuditRecord record)
    {
        lock (_writing)
        {
            if (!IsOpen()) return false;
            try
            {
                FollowThePath();
                Append(record);
                return true;
            }
            catch (Exception e) when (IsExpected(e))
            {
                Fail(e);
                return false;
            }
        }
    }

    public void Dispose()
    {
        lock (_writing)
        {
            _isClosed = true;
            Close();
            _lock?.Dispose();
            _lock = null;
            _json.Dispose();
        }
    }

    bool IsOpen()
    {
        if (_file is not null) return true;
        if (_isClosed || (_failedAt is { } failedAt && _time.GetElapsedTime(failedAt) < s_interval)) return false;
        try
        {
            // The order: the key that the end is checked with; nobody else writes; the file.
            _key ??= _options.KeyPath is { } key ? AuditKey.Read(key) : AuditKey.None;
            _lock ??= Lock();
            Open();
            _failedAt = null;
            return true;
        }
        catch (Exception e) when (IsExpected(e))
        {
            Fail(e);
            return false;
        }
    }

    static bool IsExpected(Exception e) => e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or NotSupportedException or ObjectDisposedException;

    void Fail(Exception e)
    {
        Close();
        _failedAt = _time.GetTimestamp();
        _failed($"{_path}: {e.Message}");
    }

    void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    FileStream Lock()
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new(_path + ".lock", options);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException) && File.Exists(_path + ".lock"))
        {
            throw new IOException("another process writes it: give each process an audit file of its own (Audit:File)", e);
        }
    }

    void Open()
    {
        // First, because it does not wait for anybody, whatever is at that path.
        _file = _open(_path);
        _length = _file.Length;
        _checkedAt = _time.GetTimestamp();
        var tail = AuditTail.Read(_path, _key!);
        var rotated = RotatedFiles();
        if (_fileNumber == 0)
        {
            _fileNumber = AuditHead.Read(_path, _key!)?.FileNumber ?? (NewestFirst(rotated, path => AuditHead.Read(path, _key!))?.FileNumber ?? 0) + 1;
            _asideNumber = Math.Max(_fileNumber, rotated.Count > 0 ? rotated[^1].Number + 1 : 0);
        }
        if (!_isKnown)
        {
            // After the end of the program, the file is right; an empty one goes on where the one before ended.
            var last = tail.Last ?? NewestFirst(rotated, path => AuditTail.Read(path, _key!).Last);
            Follow(last?.Sequence ?? 0, last?.Hash ?? AuditLine.NoHash);
        }
        else if (tail.Last is { } last && last.Sequence == _sequence + 1 && last.Previous == Encoding.ASCII.GetString(_last))
        {
            // The record that could not be written is there as a whole, only that could not be told.
            Follow(last.Sequence, last.Hash);
        }
        if (tail.Partial is { } partial)
        {
            if (!tail.HasLineEnd) AppendBytes("\n"u8);
            Append(new() { Event = AuditEvent.Repaired, Time = _time.GetUtcNow(), Partial = partial });
            _remark(string.Create(CultureInfo.InvariantCulture, $"its last line was not finished ({partial.Bytes} bytes): a record says so, and the chain goes on"));
        }
        Append(Opening());
    }

    // Files without a record are none of this log.
    static T? NewestFirst<T>(List<(long Number, string Path)> rotated, Func<string, T?> read) where T : class =>
        Enumerable.Reverse(rotated).Select(file => read(file.Path)).FirstOrDefault(static found => found is not null);

    void Follow(long sequence, string hash)
    {
        _sequence = sequence;
        Encoding.ASCII.GetBytes(hash, _last);
        _isKnown = true;
    }

    AuditRecord Opening() => new() { Event = AuditEvent.Opened, Time = _time.GetUtcNow(), Opening = new(_fileNumber, Environment.ProcessId, s_program, _key!.Algorithm, _key.Id) };

    void Append(AuditRecord record)
    {
        AuditLine.Write(record, _sequence + 1, _last, _key!, _json, _line, _next);
        if (_length > 0 && _length + _line.Written.Length > _options.MaximumFileBytes)
        {
            Rotate();
            AuditLine.Write(record, _sequence + 1, _last, _key!, _json, _line, _next);
        }
        AppendBytes(_line.Written);
        _sequence++;
        _next.CopyTo(_last, 0);
    }

    void AppendBytes(ReadOnlySpan<byte> bytes)
    {
        _file!.Append(bytes);
        _length += bytes.Length;
        if (_options.Flush == AuditFlush.ToDisk) _file.Flush();
    }

    void Rotate()
    {
        Close();
        // One that is there, put back from a backup for instance, stays.
        while (File.Exists(Aside(_asideNumber)))
            _asideNumber++;
        File.Move(_path, Aside(_asideNumber));
        _asideNumber++;
        _fileNumber++;
        _file = _open(_path);
        _length = _file.Length;
        Append(Opening());
        if (_options.KeepFiles > 0) DropOldest();
    }

    // Which file is old enough, and with what it ended, is what the next one's first records say: neither how many files there are nor their names, because who may write the folder without having the key must get no record
    // that excuses what he takes away. A file that cannot be read, is not followed by the next one or cannot be removed stays, with those behind it, because verifying begins with it; it is tried again at the next
    // rotation: looks do not depend on it.
    void DropOldest()
    {
        var rotated = RotatedFiles();
        for (var i = 0; i < rotated.Count - _options.KeepFiles && i < MostDropped; i++)
        {
            var path = rotated[i].Path;
            AuditLink? last;
            try
            {
                var next = AuditHead.Read(rotated[i + 1].Path, _key!);
                if (next?.FileNumber > _fileNumber - _options.KeepFiles) return;
                last = AuditTail.Read(path, _key!).Last;
                if (last is null || next is null || next.First.Sequence != last.Sequence + 1 || next.First.Previous != last.Hash)
                    throw new InvalidDataException($"{rotated[i + 1].Path} does not go on from where {path} ends, or one of them is none of this log");
            }
            catch (Exception e) when (IsExpected(e))
            {
                _remark($"a file that is older than those that are kept stays, and those behind it, until what is wrong is put aside: {e.Message}");
                return;
            }
            // Before it is gone: a log that lacks its beginning without this record was cut by somebody else.
            Append(new() { Event = AuditEvent.Dropped, Time = _time.GetUtcNow(), Drop = new(rotated[i].Number, last.Sequence, last.Hash) });
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _remark($"a file that is older than those that are kept cannot be removed, nor those after it: {e.Message}");
                return;
            }
        }
    }

    string Aside(long number) => string.Create(CultureInfo.InvariantCulture, $"{_path}.{number:D6}");

    // Somebody may have moved the file, as programs that rotate logs do: then what is written goes where nobody looks. A file that is shorter or longer than what was written is another matter: the chain goes on
    // from what was written last, and whoever verifies sees what is missing or was put in between.
    void FollowThePath()
    {
        if (_checkedAt is { } checkedAt && _time.GetElapsedTime(checkedAt) < s_interval) return;
        _checkedAt = _time.GetTimestamp();
        var there = new FileInfo(_path);
        if (there.Exists && there.Length == _length && _file!.Length == _length) return;
        _remark(there.Exists ? "it is not as this process left it: somebody else has written, cut or replaced it; the chain goes on from the last record that was written" : "it is not there any more: a new one is begun, and the chain goes on");
        Close();
        Open();
    }

    List<(long Number, string Path)> RotatedFiles()
    {
        var name = Path.GetFileName(_path) + ".";
        var rotated = new List<(long Number, string Path)>();
        foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(_path)!, name + "*"))
        {
            // The pattern also finds the name without the dot.
            if (Path.GetFileName(path) is var found && found.StartsWith(name, StringComparison.Ordinal) && long.TryParse(found.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) rotated.Add((number, path));
        }
        rotated.Sort();
        return rotated;
    }
}
