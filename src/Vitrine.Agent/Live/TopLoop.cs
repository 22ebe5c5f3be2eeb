using System.Text;
using Vitrine.Agent.Show;

namespace Vitrine.Agent.Live;

/// <summary>Ties the screen to a real terminal: looks on time, reads keys between looks, and leaves the terminal as it was however it ends.</summary>
static class TopLoop
{
    static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(40);

    public static async Task Run(TopSampler sampler, TopScreen screen, TimeSpan every, TimeSpan duration, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var nextLook = TimeSpan.Zero;
        var drawn = "";
        Console.Out.Write("\e[?1049h\e[?25l");
        try
        {
            while (!screen.Done && !cancellation.IsCancellationRequested)
            {
                var elapsed = TimeProvider.System.GetElapsedTime(started);
                if (duration > TimeSpan.Zero && elapsed > duration)
                    break;
                if (elapsed >= nextLook)
                {
                    screen.Show(sampler.Look(cancellation));
                    nextLook = TimeProvider.System.GetElapsedTime(started) + every;
                }
                while (Console.KeyAvailable)
                    screen.Press(Console.ReadKey(intercept: true));
                drawn = Redraw(screen, drawn);
                await Task.Delay(KeyInterval, CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            Console.Out.Write("\e[?25h\e[?1049l");
        }
    }

    static string Redraw(TopScreen screen, string drawn)
    {
        var lines = screen.Draw(Math.Max(20, Console.WindowWidth - 1), Math.Max(8, Console.WindowHeight), Style.For(null));
        var picture = new StringBuilder("\e[H");
        for (var i = 0; i < lines.Count; i++)
            picture.Append(lines[i]).Append("\e[K").Append(i < lines.Count - 1 ? "\r\n" : "");
        var next = picture.ToString();
        if (next != drawn)
            Console.Out.Write(next);
        return next;
    }
}
