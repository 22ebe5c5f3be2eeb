using Vitrine.DotNet.Events;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Exceptions;

/// <summary>Reads the runtime's events of thrown exceptions into a tally.</summary>
sealed class ExceptionSink(ExceptionTally tally) : INettraceSink
{
    // ExceptionThrownFlags: 1 has an inner one, 2 nested, 4 thrown again, 8 corrupted state, 16 CLS-compliant.
    const ushort Rethrown = 4;

    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != RuntimeEventId.Provider) return;
        switch (e.Id)
        {
            case RuntimeEventId.ExceptionThrown:
                var fields = e.Read();
                var type = fields.ReadUtf16();
                var message = fields.ReadUtf16();
                fields.ReadPointer(); // ExceptionEIP
                fields.ReadUInt32(); // ExceptionHRESULT
                tally.Throw(e.ThreadId, e.Ticks, e.Stack, type, message, (fields.ReadUInt16() & Rethrown) != 0);
                break;
            case RuntimeEventId.ExceptionCatchStart:
                tally.Catch(e.ThreadId, e.Ticks, e.Stack);
                break;
            case RuntimeEventId.ExceptionCatchStop:
                tally.CatchEnd(e.ThreadId);
                break;
        }
    }

    public void OnEnd(in NettraceSummary summary) => tally.End();

    public void OnLost(long threadId, long events) => tally.Lost(threadId);
}
