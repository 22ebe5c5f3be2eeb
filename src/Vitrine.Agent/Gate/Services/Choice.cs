using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Gate.Services;

/// <summary>From outside, else forwarded: the one place where that is decided. A look from outside costs the service nothing and cannot be refused by it, so it comes first; what the outside cannot see, the service is asked for.</summary>
static class Choice
{
    /// <summary>Looks.</summary>
    /// <param name="name">What is looked at, for messages.</param>
    /// <param name="target">The service; is told who answered.</param>
    /// <param name="outside">The look from outside; null when there is none.</param>
    /// <param name="forwarded">The service's own; null when there is none.</param>
    /// <param name="reason">Why the answer is the service's own; empty when it was made from outside.</param>
    /// <exception cref="InstrumentUnavailableException">Neither can; the message has both reasons.</exception>
    /// <exception cref="UpstreamException">The service's own was asked for, and did not come.</exception>
    public static T Take<T>(string name, GateTarget target, Func<GoTarget, T>? outside, Func<T>? forwarded, out string reason)
    {
        reason = "";
        if (outside is not null && target.Go is { } go)
        {
            try
            {
                var seen = outside(go);
                target.Source = AnswerSource.Outside;
                return seen;
            }
            catch (Exception e) when (CannotLook(e))
            {
                reason = Sentence(e);
                if (forwarded is null)
                    throw new InstrumentUnavailableException(reason);
            }
        }
        else
        {
            reason = outside is null ? $"The {name} profile cannot be seen from outside." : target.WhyNotOutside;
        }
        if (forwarded is null)
            throw new InstrumentUnavailableException(reason);
        var answer = forwarded();
        target.Source = AnswerSource.Forwarded;
        return answer;
    }

    /// <summary>Whether a failure means that this cannot be seen from outside, here or now, and not that something is wrong with the look.</summary>
    public static bool CannotLook(Exception e) =>
        e is InstrumentUnavailableException or AccessDeniedException or KernelRefusalException or NotGoException or GoBinaryException or TargetGoneException or Vitrine.Linux.Binaries.BadBinaryException or TimeoutException;

    /// <summary>The failure, with what to do about it.</summary>
    public static string Sentence(Exception e)
    {
        var advice = e switch
        {
            InstrumentUnavailableException unavailable => unavailable.Advice,
            AccessDeniedException denied => denied.Advice,
            KernelRefusalException refused => refused.Advice,
            _ => "",
        };
        return advice.Length > 0 ? $"{e.Message} {advice}" : e.Message;
    }
}
