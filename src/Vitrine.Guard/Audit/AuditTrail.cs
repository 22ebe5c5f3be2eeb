using Microsoft.Extensions.Logging;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Limits;

namespace Vitrine.Guard.Audit;

/// <summary>Where all records go: the logger, and the file if there is one. A record counts as written when each has it.</summary>
sealed class AuditTrail : IDisposable
{
    const int Remembered = 16_384;

    readonly ILogger _log;
    readonly TimeProvider _time;
    readonly LoggerSink _logger;
    readonly RateTable<CallerKey> _callerRefusals;
    readonly RateTable<AddressKey> _addressRefusals;
    readonly RateTable<AddressKey> _strangersRefusals;
    readonly Lock _applying = new();
    volatile AuditFile? _file;
    (string?, string?, long, int, AuditFlush) _target;
    long _notWritten;

    public AuditTrail(AuditOptions options, ILogger log, TimeProvider time)
    {
        (_target, _log, _time) = (Target(options), log, time);
        _logger = new(log);
        _callerRefusals = new(Remembered, time);
        _addressRefusals = new(Remembered, time);
        _strangersRefusals = new(1, time);
        _file = Open(options);
    }

    /// <summary>Writes a record; false when it cannot be, and then nothing of what it is about may happen.</summary>
    public bool TryWrite(AuditRecord record)
    {
        var notWritten = Interlocked.Exchange(ref _notWritten, 0);
        record.NotWritten = notWritten;
        // The file first: what only the logger has is not in the log that can be verified.
        if ((_file?.TryWrite(record) ?? true) && _logger.TryWrite(record)) return true;
        Interlocked.Add(ref _notWritten, notWritten);
        return false;
    }

    /// <summary>
    /// Writes a refusal, or counts it where the same caller, nobody known from the same address, or nobody known from anywhere is refused more often than is worth a line each: who has many addresses must not
    /// fill the disk either, because looks end where records do.
    /// </summary>
    public void WriteRefusal(AuditRecord record, Caller? caller, AddressKey from, Rate rate, Rate strangers)
    {
        var isWritten = caller is null ? _addressRefusals.TryTake(from, rate, out _) && _strangersRefusals.TryTake(default, strangers, out _) : _callerRefusals.TryTake(new(caller.Kind, caller.Name, ""), rate, out _);
        if (!isWritten || !TryWrite(record)) Interlocked.Increment(ref _notWritten);
    }

    /// <summary>Other options from now on. Another file begins a chain of its own.</summary>
    public void Apply(AuditOptions options)
    {
        lock (_applying)
        {
            if (Target(options) == _target) return;
            _target = Target(options);
            var before = _file;
            // A record that is being written meanwhile finds the old file closed, and is refused; the next one finds the new one. The other order could have two writers of one file.
            before?.Dispose();
            _file = Open(options);
        }
    }

    static (string?, string?, long, int, AuditFlush) Target(AuditOptions options) => (options.FilePath, options.KeyPath, options.MaximumFileBytes, options.KeepFiles, options.Flush);

    AuditFile? Open(AuditOptions options)
    {
        if (options.FilePath is not { } path) return null;
        var file = new AuditFile(options, _time, problem => GuardLog.AuditFailed(_log, problem), remark => GuardLog.AuditRemark(_log, path, remark));
        file.TryOpen();
        return file;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _logger.Dispose();
    }
}
