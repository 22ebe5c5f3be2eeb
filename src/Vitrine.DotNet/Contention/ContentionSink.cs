using Vitrine.DotNet.Events;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Contention;

/// <summary>Reads the runtime's contention events into a tally.</summary>
sealed class ContentionSink(ContentionTally tally) : INettraceSink
{
    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != RuntimeEventId.Provider) return;
        var fields = e.Read();
        switch (e.Id)
        {
            case RuntimeEventId.ContentionStart when IsManaged(fields.ReadByte()):
                fields.Skip(sizeof(ushort)); // ClrInstanceID
                // Since version 2 (.NET 7): LockID, AssociatedObjectID, LockOwnerThreadID.
                ulong lockId = 0, owner = 0;
                if (e.Version >= 2)
                {
                    lockId = fields.ReadPointer();
                    fields.ReadPointer();
                    owner = fields.ReadUInt64();
                }
                tally.Start(e.ThreadId, e.Ticks, e.Stack, lockId, owner);
                break;
            case RuntimeEventId.ContentionStop when IsManaged(fields.ReadByte()):
                fields.Skip(sizeof(ushort));
                // Since version 1 (.NET Core 3): DurationNs.
                tally.Stop(e.ThreadId, e.Version >= 1 ? fields.ReadDouble() : double.NaN);
                break;
        }
    }

    public void OnEnd(in NettraceSummary summary) => tally.End();

    public void OnLost(long threadId, long events) => tally.Lost(threadId, events);

    // ContentionFlags: 0 = a lock of the program, 1 = one of the runtime's own.
    static bool IsManaged(byte flags) => flags == 0;
}
