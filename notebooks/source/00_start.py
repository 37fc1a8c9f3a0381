# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   title: Start here
# ---

# %% [markdown] label="title" slideshow={"slide_type": "slide"} claims=["C01"]
# # Chat or API? Start here
#
# *I can chat with ChatGPT, Gemini or Claude. Why look at an API platform?* A good question, and chatting well does not answer it.
#
# **After this lesson you have seen the answer once with your own eyes, and you know where to begin.**
#
# About 30 minutes; the first surprise takes two. You need no key, no card and no account.
#
# You will
# - ask one question by hand, and fifty by program;
# - say what you believe today, to compare at the end;
# - see the two kinds of product in one picture;
# - check your set-up, and choose where to go on.

# %% [markdown] label="first-cell" slideshow={"slide_type": "skip"}
# New to notebooks? Click on the cell below, which begins with `import`, and press **Shift+Enter**. It runs, and you move to the next one.

# %% label="start" slideshow={"slide_type": "skip"}
import course

course.start()

# %% [markdown] label="scenario" slideshow={"slide_type": "slide"} claims=["C06", "C09"]
# ## Monday, eight o'clock, fifty messages
#
# Lantern Travel is an (invented) agency of six people. Fifty messages came in over the weekend, in six languages. Mei, who owns it, knows one thing: if a guest is in trouble, the message is somewhere among them, and it will not say *urgent* in English.
#
# She has a chat tool. So have you, below. Ask it for the first message: type **How urgent is this message? Answer low, normal or high.** Press Shift+Enter for a new line, paste the message, and press Enter.

# %% label="panel" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C06", "C09", "C11"]
from course.agency.records import messages
from course.widgets import ChatPanel

question = "How urgent is this message? Answer low, normal or high."
fifty = messages()[60:110]
prompts = [f"{question}\n\n{message.text}" for message in fifty]
print("The first message:", fifty[0].text)
ChatPanel(recording=prompts[:2])

# %% [markdown] label="panel-notes" slideshow={"slide_type": "notes"}
# *For whoever teaches.* Let two people do it, and take the time. Then ask the room how long fifty would take, and who would still be careful at number forty-eight.

# %% [markdown] label="three-lines" slideshow={"slide_type": "slide"} claims=["C07", "C17"]
# ## The same question, fifty times
#
# One message by hand takes about a minute. Here is the same question to the same model, asked by a program for all fifty. After the `import` it is three lines, and they are what OpenAI's own guide would show: `openai` is the real package of the **vendor**, the company that sells the model.

# %% label="ask-fifty" slideshow={"slide_type": "-"} claims=["C07", "C17"]
from openai import OpenAI

client = OpenAI()
small = course.model("openai")
replies = [client.responses.create(model=small, input=prompt, max_output_tokens=500) for prompt in prompts]

# %% label="urgent" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C07"]
for number, (message, reply) in enumerate(zip(fifty, replies, strict=True), 1):
    if reply.output_text == "high":
        print(f"{number:2}  {message.language:8}{' '.join(message.text.split())[:44]}…")
print(f"\n50 answers. At the vendor's list price they would cost {course.spent():.4f} US dollars.")

# %% [markdown] label="surprise" slideshow={"slide_type": "subslide"} claims=["C07", "C16", "C17"]
# Number 48 says, in Korean: *we are in front of the hotel, my little brother fell down the stairs, his ankle looks wrong, this is Lisbon. Which hospital?* By hand, Mei would have come to it after three quarters of an hour, if she still looked carefully by then.
#
# Nobody opened a window for these fifty answers. In the panel, **you spoke to the AI**. In the three lines, **a system spoke to it for you**. That is the whole course in one sentence; the rest is what follows from it.
#
# One honest word. What answered is a *practice model*: rules on your own computer, not a language model. The package, the calls, the prices and the bill are real; its cleverness is not. Number 44 is a complaint, and a careful reader would not have marked it as urgent. Lesson 01 counts such mistakes.

# %% [markdown] label="quiz-intro" slideshow={"slide_type": "slide"}
# ## What do you believe today?
#
# Five questions, one for each part of the course. Guess freely: the first try is what counts, and nobody sees it but you. At the end of the course you meet the same five topics again, and can see what has changed.

# %% label="quiz" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C02", "C03", "C13", "C14"]
from course.widgets import Quiz

Quiz("00_start")

# %% [markdown] label="chat-tool" slideshow={"slide_type": "slide"} claims=["C09", "C10", "C11", "C12", "C13"]
# ## A person's way: the chat tool
#
# A **chat tool** is a finished product: a web page or an app where you type, speak, upload a file, ask for a summary, a table or a picture. Window, account, functions and daily habits come in one piece.
#
# Its strength is that **you can use it now**. To begin, you need to understand no key, no request format, no rate limit and no way of billing. So it is cheap to learn, and right for a person or a small team that first wants to see whether AI helps at all.
#
# And it is made **for people to use**. That is not a weakness. But it is not made for one system to connect to another.

# %% [markdown] label="api-platform" slideshow={"slide_type": "slide"} claims=["C07", "C14", "C15", "C16", "C18", "C19"]
# ## A program's way: the API platform
#
# An **API platform** opens the same models to developers and their systems: to build something, to put it into daily use, to let it grow. There is no window in it. There are addresses that a program calls, and around them keys, projects, limits and a bill.
#
# So its price page is not about a chat window at all. [OpenAI's](https://developers.openai.com/api/docs/pricing) is a page of models, tools, kinds of service and what a unit of each costs.
#
# The point is not to chat but to **connect**: websites, apps, customer service, forms, customer files, knowledge bases, internal tools. A chat tool is a ready assistant that you open. An API platform is an engine that you **install in your own product**; the model becomes a part of it.

# %% label="layers" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C02", "C06", "C12", "C17", "C19"]
import pandas as pd

from course import charts

charts.two_layers(pd.DataFrame({
    "layer": ["who asks", "what people\nsee", "what connects\nit", "what answers"],
    "chat tool": [
        "You", "A finished window:\naccount, history, files,\na monthly plan", "",
        "The vendor's models"],
    "API platform": [
        "Your customers,\nyour colleagues", "What you build: website,\nform, inbox, customer file",
        "Addresses, keys, projects,\nlimits, a bill by use", "The vendor's models"],
}))

# %% [markdown] label="two-products" slideshow={"slide_type": "slide"} claims=["C02", "C03", "C04", "C05", "C08"]
# ## Two products from each vendor
#
# | | The chat tool, for people | The API, for programs | Does a chat plan pay for the API? |
# |---|---|---|---|
# | OpenAI | [ChatGPT](https://help.openai.com/en/articles/6950777-what-is-chatgpt-plus): Plus is a plan for the app | [OpenAI API](https://developers.openai.com/api/docs/pricing) | [No, they are billed apart](https://help.openai.com/en/articles/9039756-billing-settings-in-chatgpt-vs-platform) |
# | Google | [Gemini](https://support.google.com/gemini/answer/15236321), the assistant on the web and the phone | [Gemini API](https://ai.google.dev/gemini-api/docs/migrate-to-cloud), to build applications | [Billed apart](https://ai.google.dev/gemini-api/docs/billing), with a free tier |
# | Anthropic | [Claude](https://support.claude.com/en/articles/8325606-what-is-the-pro-plan): Pro is a plan for the app | [Claude API](https://platform.claude.com/docs/en/api/overview), programmatic access to the models | [No](https://support.claude.com/en/articles/9876003), but [some plans bring a monthly credit](https://support.claude.com/ja/articles/8114531) |
#
# **Neither replaces the other**: they solve different problems, and one company may well need both. The border has doors by now, such as apps where you [sign in with your plan](https://developers.openai.com/siwc/quickstart). Lesson 02 opens them one by one.

# %% [markdown] label="changed" slideshow={"slide_type": "slide"} claims=["C02", "C06", "C07", "C13", "C17", "C19"]
# ## What changed?
#
# | | In the chat panel | In the three lines |
# |---|---|---|
# | Who asked | you | a program |
# | What you needed to know first | nothing | an address, a key, the form of a request |
# | Fifty messages | about fifty minutes | the same three lines |
# | The answer went | to your eyes | into a list, and from there wherever you like |
# | Its point | you can **use it now** | you can **build it in** |

# %% [markdown] label="layers-intro" slideshow={"slide_type": "slide"}
# ## Check yourself: two layers
#
# Twelve short questions on what you have just seen. Here you may try as often as you like: go on until each is right, and read why the others are not.

# %% label="layers-quiz" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C01", "C02", "C16"]
Quiz("00_layers")

# %% [markdown] label="where" slideshow={"slide_type": "slide"} claims=["C01"]
# ## Where the course goes
#
# | | Lesson | You learn | Minutes |
# |---|---|---|---|
# | 01 | [Who operates the AI?](01_operator.ipynb) | which jobs a program should do, and which a person | 40 |
# | 02 | [Two ways to pay](02_billing.ipynb) | to read an AI bill, and to predict one | 40 |
# | 03 | [What it can be built into](03_integration.ipynb) | to wire AI into a website, an inbox, a customer file | 45 |
# | 04 | [Who may do what, and who pays](04_management.ipynb) | to run a small platform, and to survive a lost key | 45 |
# | 05 | [What happens to the data](05_governance.ipynb) | what a vendor may do with what you send | 40 |
# | 06 | [Which one for my case?](06_choose.ipynb) | to decide for your own case, and say why | 45 |
#
# **In a hurry?** Do 01, then 06. **Asked to pay for it?** 02 and 04. **Careful with data?** 05. Any order works: each lesson runs alone.

# %% [markdown] label="move" slideshow={"slide_type": "slide"}
# ## How to move
#
# - **Shift+Enter** runs a cell. *Run → Run All Cells* runs the lesson. A second time does no harm.
# - Change the code and run it again: you cannot break anything. *Kernel → Restart Kernel* brings the start back.
# - Each lesson goes the same way: **a person's way, a program's way, what changed**, then something to try, a quiz, three things to remember.
# - Sliders, quizzes and pictures also work in the slides, without Python.
# - Lessons 01 to 06 each have an **exercise**, a notebook with small tasks, such as [that of lesson 01](../exercises/release/01_operator/01_operator.ipynb). You write the code, and `course.check` says at once whether it is right, and where to look if not. At the end waits a [capstone](../exercises/release/07_capstone/07_capstone.ipynb).
#
# **Practice and live.** All lessons run in *practice mode*: calls stay on this computer. With a key of your own, `course.start("live")` lets the same cells ask the real vendor. It says first what the lesson may cost at most, and stops at one US dollar. No lesson needs it.

# %% [markdown] label="check" slideshow={"slide_type": "slide"}
# ## Check my set-up
#
# If a lesson ever misbehaves, begin here. The same check runs in a terminal as `course doctor`; there it also tells the versions it found. It shows no key.

# %% label="doctor" slideshow={"slide_type": "-"}
from course import doctor

doctor.check()

# %% [markdown] label="progress-intro" slideshow={"slide_type": "slide"}
# ## Your progress
#
# Tick a lesson off when you are done with it. Your answers are kept in a file in your own folder. On another machine, or on Binder, which forgets, a short code brings them back.

# %% label="progress" slideshow={"slide_type": "-"} tags=["hide-input"]
from course.widgets import ProgressPanel

ProgressPanel()

# %% [markdown] label="remember" slideshow={"slide_type": "slide"} claims=["C02", "C06", "C07", "C08"]
# ## Three things to remember
#
# 1. A **chat tool** is operated by a person, through a window: you can use it now.
# 2. An **API platform** is the layer by which your own website, form or program reaches the same models: you can build it in.
# 3. Neither replaces the other. The question is not which one is more advanced, but **who shall speak to the AI: you, or your system**.
#
# **Your turn.** Write down one task of last week that you did in a chat tool more than five times. Keep it: lesson 01 asks how many, lesson 02 asks what it would cost, and lesson 06 decides it.
#
# **How we know.** Each fact about a vendor is read on that vendor's own pages: what the product is for, how it is billed and connected, how it is used. The day we read it stands beside it.

# %% label="sources" slideshow={"slide_type": "skip"} claims=["C67"]
course.sources("00_start")
