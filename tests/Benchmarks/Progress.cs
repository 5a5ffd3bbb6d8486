namespace MultiAgentInfra.Benchmarks;

/// <summary>Tells a person what is being measured: one changing line on a terminal, plain lines elsewhere.</summary>
internal sealed class Progress(TextWriter output, bool isTerminal)
{
    private int _shown;

    public void Say(string text)
    {
        if (!isTerminal)
        {
            output.WriteLine(text);
            return;
        }

        output.Write("\r" + text.PadRight(_shown));
        _shown = text.Length;
    }

    public void Clear()
    {
        if (isTerminal && _shown > 0)
            output.Write("\r" + new string(' ', _shown) + "\r");
        _shown = 0;
    }
}
