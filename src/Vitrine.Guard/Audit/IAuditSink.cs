namespace Vitrine.Guard.Audit;

/// <summary>Where records go. Called by many threads at once.</summary>
interface IAuditSink : IDisposable
{
    /// <summary>Writes a record; false when it cannot be, and then nothing of what it is about may happen. Never throws.</summary>
    bool TryWrite(AuditRecord record);
}
