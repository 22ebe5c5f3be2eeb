namespace Vitrine.DotNet.Nettrace;

/// <summary>Gets the events of a stream, one after another, in the order of their times.</summary>
public interface INettraceSink
{
    /// <summary>One event. It is valid only during the call: copy what is to be kept.</summary>
    void OnEvent(in NettraceEvent e);

    /// <summary>The stream has ended, or was cut off; nothing comes after this.</summary>
    void OnEnd(in NettraceSummary summary)
    {
    }
}
