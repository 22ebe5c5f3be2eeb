namespace Vitrine.DotNet.Nettrace;

/// <summary>Gets the events of a stream, one after another, in the order of their times.</summary>
public interface INettraceSink
{
    /// <summary>One event. It is valid only during the call: copy what is to be kept.</summary>
    void OnEvent(in NettraceEvent e);

    /// <summary>
    /// The runtime dropped events of a thread, because its buffer was full. They were from between that thread's event before and its next; of which kind is not known. What was begun by an event
    /// and waits for another of the same thread may have ended meanwhile, and something else may have begun.
    /// </summary>
    /// <param name="threadId">The thread that wrote them.</param>
    /// <param name="events">How many.</param>
    void OnLost(long threadId, long events)
    {
    }

    /// <summary>The stream has ended, or was cut off; nothing comes after this.</summary>
    void OnEnd(in NettraceSummary summary)
    {
    }
}
