using Microsoft.Extensions.Logging;

namespace Vitrine.Guard.Audit;

/// <summary>Records as structured messages of the program's own logger.</summary>
sealed class LoggerSink(ILogger logger) : IAuditSink
{
    public bool TryWrite(AuditRecord record)
    {
        try
        {
            Write(record);
            return true;
        }
        catch (Exception)
        {
            // Loggers do not throw, except those that do: then there is no record.
            return false;
        }
    }

    void Write(AuditRecord record)
    {
        if (!logger.IsEnabled(record.Event is AuditEvent.Refused or AuditEvent.Switched ? LogLevel.Warning : LogLevel.Information)) return;
        string? who = AuditText.Safe(record.Who), what = AuditText.Safe(record.What), service = AuditText.Safe(record.Service), from = AuditText.Safe(record.From), reason = AuditText.Safe(record.Reason);
        var roles = AuditText.Safe(string.Join(' ', record.Roles))!;
        switch (record.Event)
        {
            case AuditEvent.Begun: GuardLog.Begun(logger, who, record.Kind, roles, from, what, service, record.Door, record.Asked, record.Look); break;
            case AuditEvent.Ended:
                GuardLog.Ended(logger, who, record.Kind, roles, from, what, service, record.Door, record.Outcome, record.Bytes, record.Took, record.Redactions?.Values.Sum() ?? 0, record.IsRaw, record.Look, reason);
                break;
            case AuditEvent.Refused: GuardLog.Refused(logger, who, record.Kind, roles, from, what, service, record.Door, record.Outcome, reason, record.NotWritten); break;
            case AuditEvent.Switched: GuardLog.Switched(logger, record.Switch, record.IsOn, who, record.Until, reason); break;
            case AuditEvent.Configured: GuardLog.Configured(logger, reason); break;
        }
    }

    public void Dispose()
    {
    }
}
