using Microsoft.Extensions.Logging;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Limits;

namespace Vitrine.Guard.Audit;

/// <summary>Where all records go: the logger, and the file if there is one. A record counts as written when each has it.</summary>
sealed class AuditTrail : IDisposable
{
    const int Remembered = 16_384;

    readonly ILogger _log;
    readonly LoggerSink _logger;
    readonly RateTable<CallerKey> _callerRefusals;
    readonly RateTable<AddressKey> _addressRefusals;
    long _notWritten;

    public AuditTrail(AuditOptions options, ILogger log, TimeProvider time)
    {
        _ = options;
        _log = log;
        _logger = new(log);
        _callerRefusals = new(Remembered, time);
        _addressRefusals = new(Remembered, time);
    }

    /// <summary>Writes a record; false when it cannot be, and then nothing of what it is about may happen.</summary>
    public bool TryWrite(AuditRecord record)
    {
        var notWritten = Interlocked.Exchange(ref _notWritten, 0);
        record.NotWritten = notWritten;
        if (_logger.TryWrite(record)) return true;
        Interlocked.Add(ref _notWritten, notWritten);
        return false;
    }

    /// <summary>Writes a refusal, or counts it where the same caller, or nobody known from the same address, is refused more often than is worth a line each.</summary>
    public void WriteRefusal(AuditRecord record, Caller? caller, AddressKey from, Rate rate)
    {
        var isWritten = caller is null ? _addressRefusals.TryTake(from, rate, out _) : _callerRefusals.TryTake(new(caller.Kind, caller.Name, ""), rate, out _);
        if (!isWritten || !TryWrite(record)) Interlocked.Increment(ref _notWritten);
    }

    /// <summary>Other options from now on.</summary>
    public void Apply(AuditOptions options) => _ = options;

    public void Dispose() => _logger.Dispose();
}
