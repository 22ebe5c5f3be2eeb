using Vitrine.DotNet.Custom;
using Vitrine.DotNet.Labels;

namespace Worker;

/// <summary>The worker's work: jobs that come in and wait for a partner most of the time.</summary>
static class Jobs
{
    public static async Task Run(CustomProfile running, CancellationToken stop)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                _ = Do(number, running, stop);
                await Task.Delay(50, stop);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    static async Task Do(int number, CustomProfile running, CancellationToken stop)
    {
        using (ProfileLabels.Scope(("customer", number % 3 == 0 ? "blue" : "green")))
        {
            running.Add(number);
            try
            {
                await AskPartner(stop);
            }
            catch (OperationCanceledException)
            {
            }
            finally
            {
                running.Remove(number);
            }
        }
    }

    static async Task AskPartner(CancellationToken stop) => await Task.Delay(500, stop);
}
