namespace Vitrine.DotNet.Nettrace;

/// <summary>Gets the events of a stream, one after another, in the order of their times.</summary>
public interface INettraceSink
{
    /// <summary>One event. It is valid only during the call: copy what is to be kept.</summary>
    void OnEvent(in NettraceEvent e);

    /// <summary>
    /// The runtime dropped events of the thread whose event comes next, because its buffer was full; they were from between that thread's event before and this one. Without a thread's event to come
    /// before, when the stream says at a sequence point how many there should have been.
    /// </summary>
    /// <param name="events">How many.</param>
    void OnLost(long events)
    {
    }

    /// <summary>The stream has ended, or was cut off; nothing comes after this.</summary>
    void OnEnd(in NettraceSummary summary)
    {
    }
}
