using Vitrine.DotNet.Events;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Waits;

/// <summary>Reads the runtime's events of waits for handles into a tally.</summary>
sealed class WaitSink(WaitTally tally) : INettraceSink
{
    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != RuntimeEventId.Provider) return;
        switch (e.Id)
        {
            case RuntimeEventId.WaitHandleWaitStart:
                // WaitSource, AssociatedObjectID, ClrInstanceID
                tally.Start(e.ThreadId, e.Ticks, e.Stack, (WaitSource)e.Read().ReadByte());
                break;
            case RuntimeEventId.WaitHandleWaitStop:
                tally.Stop(e.ThreadId, e.Ticks);
                break;
        }
    }

    public void OnEnd(in NettraceSummary summary) => tally.End();

    public void OnLost(long threadId, long events) => tally.Lost(threadId);
}
