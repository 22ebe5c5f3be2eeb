using Vitrine.Doors.Looks;
using Vitrine.Go;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Gate.Services;

/// <summary>One look's view of a service: the process behind it, if there is one that can be looked into, and who answered in the end. Used by one look, on one thread.</summary>
sealed class GateTarget : ITarget, IKnowsSource, IDisposable
{
    readonly TargetPool _pool;
    readonly GoTarget? _go;
    readonly IDisposable _use;

    public GateTarget(string name, LinuxProcess? process, GoTarget? go, string whyNotOutside, TargetPool pool, IDisposable use)
    {
        Name = name;
        Process = process;
        _go = go;
        WhyNotOutside = whyNotOutside;
        _pool = pool;
        _use = use;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Pid => Process?.Pid ?? 0;

    /// <inheritdoc/>
    public RuntimeKind Runtime => RuntimeKind.Go;

    /// <inheritdoc/>
    public string RuntimeVersion => _go?.RuntimeVersion ?? "";

    /// <summary>The process; null when none was found, or none is named.</summary>
    public LinuxProcess? Process { get; }

    /// <summary>The process seen from outside; null when that is not possible.</summary>
    public GoTarget? Go => _go;

    /// <summary>Why it cannot be looked at from outside, a sentence; empty when it can.</summary>
    public string WhyNotOutside { get; }

    /// <summary>Who made the answer.</summary>
    public AnswerSource Source { get; set; }

    /// <inheritdoc/>
    string IKnowsSource.Source => Source.Word();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_go is not null)
            _pool.Return(_go);
        _use.Dispose();
    }
}
